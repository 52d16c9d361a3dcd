"""Capitals of an export as a reader writes them: QT PROLONGATION is QT prolongation."""

from __future__ import annotations

import re

#: codes of capitals up to this length stay as they are
SHORT_CODE = 4
#: abbreviations that stay in capitals inside a sentence; words with a figure in them (B12, HER2,
#: UTD1) and letters that stand alone (hepatitis B) do so too
ABBREVIATIONS = frozenset(
    {
        "ABO", "ACE", "ACTH", "ALK", "ALP", "ALT", "AML", "ANC", "ANCA", "APTT", "ARDS", "AST",
        "ATP", "AUC", "AV", "BCG", "BMI", "BNP", "BRCA", "BUN", "CD", "CEA", "CFU", "CK", "CKD",
        "CLL", "CMF", "CML", "CMV", "CNS", "CO", "COPD", "COVID", "CPK", "CRP", "CSF", "CT",
        "CTC", "CTCAE", "CTLA", "DCIS", "DIC", "DNA", "DPD", "DRESS", "DVT", "EBV", "ECG",
        "ECOG", "EEG", "EGFR", "EMG", "ER", "ESR", "FEV", "FSH", "GGT", "GI", "GT", "GVHD",
        "HBV", "HCV", "HDL", "HELLP", "HER", "HIV", "HLA", "HPV", "HSV", "ICU", "ID", "IG",
        "IGA", "IGE", "IGG", "IGM", "II", "III", "INR", "IQ", "IV", "IVF", "JC", "LDH", "LDL",
        "LH", "LVEF", "MCH", "MCV", "MDS", "MGUS", "MR", "MRI", "MRSA", "NK", "NSAID", "NSCLC",
        "NT", "NYHA", "PARP", "PCR", "PD", "PET", "PICC", "PK", "PLD", "PML", "PR", "PRES",
        "PSA", "PT", "PTH", "QRS", "QT", "QTC", "RBC", "RECIST", "RNA", "RS", "RSV", "SARS",
        "SGOT", "SGPT", "SIADH", "SIRS", "SLE", "SOC", "ST", "SVT", "TB", "TIA", "TNBC", "TSH",
        "ULN", "UTI", "UV", "VIII", "VIPOMA", "VLDL", "VTE", "WBC", "WPW", "XI", "XIII",
    }
)  # fmt: skip
#: written otherwise than in capitals or as a plain word: people, and mixed forms
FORMS = {
    "QTC": "QTc", "IGA": "IgA", "IGE": "IgE", "IGG": "IgG", "IGM": "IgM", "COV": "CoV",
    "MRNA": "mRNA", "PH": "pH",
    **{
        name.upper(): name
        for name in (
            "Addison", "Aspergillus", "Barre", "Barrett", "Basedow", "Bell", "Burkitt", "Candida",
            "Clostridium", "Clostridioides", "Coombs", "Crohn", "Cushing", "Epstein", "Escherichia",
            "Guillain", "Hashimoto", "Helicobacter", "Henoch", "Hodgkin", "Horner", "Johnson",
            "Kaposi", "Karnofsky", "Klebsiella", "Legionella", "Listeria", "Mallory", "Meniere",
            "Parkinson", "Pneumocystis", "Pseudomonas", "Raynaud", "Salmonella", "Schonlein",
            "Sjogren", "Staphylococcus", "Stevens", "Streptococcus", "Takotsubo", "Wernicke",
            "Weiss", "Wilson",
        )
    },
}  # fmt: skip
#: after these a letter A is a kind, not an article
BEFORE_A = frozenset({"HEPATITIS", "VITAMIN", "INFLUENZA", "HAEMOPHILIA", "HEMOPHILIA", "GROUP"})
#: forms that begin a sentence as they are
SMALL = ("mRNA", "pH")
_WORD = re.compile(r"(?<!['\u2019])\b[^\W_]+")


def sentence_case(value: str) -> str:
    """Capitals as a sentence (NAB-PACLITAXEL is Nab-paclitaxel); short codes stay (UTD1, CMF)."""
    if not value.isupper() or len(value) <= SHORT_CODE:
        return value
    return term_case(value).replace("+", " + ")


def term_case(value: str) -> str:
    """A term in capitals as a sentence: a disease is no abbreviation, however short (GOUT)."""
    if not value.isupper():
        return value
    pieces, last, before = [], 0, ""
    for found in _WORD.finditer(value):
        word = found[0]
        pieces += [value[last : found.start()].lower(), _word(word, before, found.end(), value)]
        last, before = found.end(), word
    words = "".join([*pieces, value[last:].lower()])
    return words if words.startswith(SMALL) else words[:1].upper() + words[1:]


def _word(word: str, before: str, end: int, value: str) -> str:
    if word in FORMS:
        return FORMS[word]
    if word in ABBREVIATIONS or (word[0].isalpha() and any(c.isdigit() for c in word)):
        return word
    if len(word) == 1 and word.isalpha():
        article = word == "A" and before not in BEFORE_A and value[end:].strip()
        return word.lower() if article else word
    return word.lower()
