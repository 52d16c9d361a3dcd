"""Adverse reactions by drug: how often, how bad, when. MedDRA terms, CTCAE v5 grades.

Frequencies follow the sourced grade 3-4 figures where there are some (docs of the study's
benchmarks) and are otherwise plausible for the drug; they are inputs of a simulation, no claims.
"""

from __future__ import annotations

from dataclasses import dataclass

BLOOD = "Blood and lymphatic system disorders"
CARDIAC = "Cardiac disorders"
EAR = "Ear and labyrinth disorders"
GASTRO = "Gastrointestinal disorders"
GENERAL = "General disorders and administration site conditions"
HEPATIC = "Hepatobiliary disorders"
INFECTIONS = "Infections and infestations"
INVESTIGATIONS = "Investigations"
METABOLISM = "Metabolism and nutrition disorders"
MUSCLE = "Musculoskeletal and connective tissue disorders"
NERVOUS = "Nervous system disorders"
PSYCHIATRIC = "Psychiatric disorders"
RENAL = "Renal and urinary disorders"
CHEST = "Respiratory, thoracic and mediastinal disorders"
SKIN = "Skin and subcutaneous tissue disorders"
VASCULAR = "Vascular disorders"
IMMUNE = "Immune system disorders"

BODY_SYSTEMS: dict[str, str] = {
    "HYPERURICAEMIA": METABOLISM,
    "GOUT": METABOLISM,
    "NEPHROLITHIASIS": RENAL,
    "HYPERTENSION": VASCULAR,
    "NAUSEA": GASTRO,
    "VOMITING": GASTRO,
    "DIARRHOEA": GASTRO,
    "CONSTIPATION": GASTRO,
    "STOMATITIS": GASTRO,
    "ABDOMINAL PAIN": GASTRO,
    "DYSPEPSIA": GASTRO,
    "FATIGUE": GENERAL,
    "PYREXIA": GENERAL,
    "OEDEMA PERIPHERAL": GENERAL,
    "ALOPECIA": SKIN,
    "RASH": SKIN,
    "PALMAR-PLANTAR ERYTHRODYSAESTHESIA SYNDROME": SKIN,
    "PERIPHERAL SENSORY NEUROPATHY": NERVOUS,
    "HEADACHE": NERVOUS,
    "DYSGEUSIA": NERVOUS,
    "MYALGIA": MUSCLE,
    "ARTHRALGIA": MUSCLE,
    "BACK PAIN": MUSCLE,
    "FEBRILE NEUTROPENIA": BLOOD,
    "ANAEMIA": BLOOD,
    "NEUTROPHIL COUNT DECREASED": INVESTIGATIONS,
    "PLATELET COUNT DECREASED": INVESTIGATIONS,
    "LYMPHOCYTE COUNT DECREASED": INVESTIGATIONS,
    "ALANINE AMINOTRANSFERASE INCREASED": INVESTIGATIONS,
    "ASPARTATE AMINOTRANSFERASE INCREASED": INVESTIGATIONS,
    "BLOOD BILIRUBIN INCREASED": INVESTIGATIONS,
    "BLOOD CREATININE INCREASED": INVESTIGATIONS,
    "EJECTION FRACTION DECREASED": INVESTIGATIONS,
    "ELECTROCARDIOGRAM QT PROLONGED": INVESTIGATIONS,
    "HYPERSENSITIVITY": IMMUNE,
    "TINNITUS": EAR,
    "HYPOMAGNESAEMIA": METABOLISM,
    "DECREASED APPETITE": METABOLISM,
    "INSOMNIA": PSYCHIATRIC,
    "COUGH": CHEST,
    "DYSPNOEA": CHEST,
    "PULMONARY EMBOLISM": CHEST,
    "UPPER RESPIRATORY TRACT INFECTION": INFECTIONS,
    "PNEUMONIA": INFECTIONS,
    "URINARY TRACT INFECTION": INFECTIONS,
    "NEUTROPENIC SEPSIS": INFECTIONS,
    "CHEST PAIN": GENERAL,
    "ILEUS": GASTRO,
}

#: what sites write for a preferred term, the first most often
VERBATIM: dict[str, tuple[str, ...]] = {
    "HYPERURICAEMIA": ("hyperuricemia", "uric acid elevated"),
    "NEPHROLITHIASIS": ("kidney stone", "renal calculus left"),
    "GOUT": ("gout flare right big toe",),
    "NEUTROPHIL COUNT DECREASED": ("neutropenia", "low ANC", "neutrophil count decreased"),
    "PLATELET COUNT DECREASED": ("thrombocytopenia", "low platelets"),
    "PERIPHERAL SENSORY NEUROPATHY": ("numbness in fingers and toes", "sensory neuropathy"),
    "PALMAR-PLANTAR ERYTHRODYSAESTHESIA SYNDROME": ("hand-foot syndrome", "PPE"),
    "ALANINE AMINOTRANSFERASE INCREASED": ("ALT increased", "elevated ALT"),
    "ASPARTATE AMINOTRANSFERASE INCREASED": ("AST increased",),
    "DIARRHOEA": ("diarrhea", "loose stools"),
    "ANAEMIA": ("anemia", "low haemoglobin"),
    "FATIGUE": ("fatigue", "tiredness"),
    "DYSGEUSIA": ("taste change",),
    "OEDEMA PERIPHERAL": ("ankle swelling",),
}


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction: `ever` = share of patients who get it, `grades` = weights of grades 1 to 4."""

    term: str
    ever: float
    grades: tuple[float, ...] = (0.7, 0.25, 0.05, 0.0)
    onset: float = 30.0  # median days from first dose
    lasts: float = 12.0  # median days
    again: float = 0.15  # chance of a further episode


_MILD = (0.8, 0.2, 0.0, 0.0)
_NEUROPATHY = (0.55, 0.33, 0.12, 0.0)
_NAUSEA = Reaction("NAUSEA", 0.35, (0.7, 0.27, 0.03, 0.0), 5, 5, 0.3)
_TIRED = Reaction("FATIGUE", 0.35, (0.6, 0.33, 0.07, 0.0), 20, 40, 0.1)
_HAIR = Reaction("ALOPECIA", 0.6, (0.4, 0.6, 0.0, 0.0), 22, 300, 0.0)

REACTIONS: dict[str, tuple[Reaction, ...]] = {
    "INOSINE": (
        Reaction("DYSPEPSIA", 0.14, _MILD, 14, 10),
        Reaction("RASH", 0.06, _MILD, 25, 9),
        Reaction("HEADACHE", 0.08, _MILD, 18, 4),
        Reaction("HYPERTENSION", 0.04, (0.3, 0.6, 0.1, 0.0), 60, 60, 0.0),
        Reaction("DIARRHOEA", 0.08, _MILD, 20, 4),
    ),
    "NAB-PACLITAXEL": (
        Reaction("PERIPHERAL SENSORY NEUROPATHY", 0.68, _NEUROPATHY, 55, 120, 0.1),
        _HAIR,
        _TIRED,
        Reaction("MYALGIA", 0.3, (0.6, 0.32, 0.08, 0.0), 10, 6),
        Reaction("OEDEMA PERIPHERAL", 0.12, _MILD, 60, 30),
        Reaction("FEBRILE NEUTROPENIA", 0.02, (0, 0, 0.9, 0.1), 14, 6, 0.0),
    ),
    "PACLITAXEL": (
        Reaction("PERIPHERAL SENSORY NEUROPATHY", 0.6, _NEUROPATHY, 60, 120, 0.1),
        _HAIR,
        Reaction("HYPERSENSITIVITY", 0.12, (0.4, 0.5, 0.1, 0.0), 1, 1, 0.1),
        Reaction("MYALGIA", 0.25, _MILD, 10, 6),
    ),
    "DOCETAXEL": (
        _HAIR,
        _TIRED,
        Reaction("STOMATITIS", 0.4, (0.5, 0.38, 0.12, 0.0), 12, 8),
        Reaction("OEDEMA PERIPHERAL", 0.3, _MILD, 60, 40),
        Reaction("FEBRILE NEUTROPENIA", 0.13, (0, 0, 0.8, 0.2), 10, 6, 0.0),
    ),
    "PEGYLATED LIPOSOMAL DOXORUBICIN": (
        Reaction("PALMAR-PLANTAR ERYTHRODYSAESTHESIA SYNDROME", 0.4, (0.5, 0.42, 0.08, 0), 45, 30),
        Reaction("STOMATITIS", 0.35, (0.55, 0.4, 0.05, 0.0), 20, 9),
        Reaction("EJECTION FRACTION DECREASED", 0.06, (0, 1.0, 0, 0), 120, 60, 0.0),
        _TIRED,
        _NAUSEA,
    ),
    "EPIRUBICIN": (
        _NAUSEA,
        _HAIR,
        Reaction("VOMITING", 0.3, (0.6, 0.33, 0.07, 0.0), 3, 3, 0.3),
        Reaction("EJECTION FRACTION DECREASED", 0.06, (0, 1.0, 0, 0), 120, 60, 0.0),
    ),
    "ERIBULIN": (
        Reaction("PERIPHERAL SENSORY NEUROPATHY", 0.35, (0.55, 0.33, 0.12, 0), 70, 110, 0.05),
        _HAIR,
        _TIRED,
        Reaction("CONSTIPATION", 0.22, _MILD, 12, 9),
        Reaction("ELECTROCARDIOGRAM QT PROLONGED", 0.05, _MILD, 25, 20, 0.0),
        Reaction("FEBRILE NEUTROPENIA", 0.05, (0, 0, 0.9, 0.1), 12, 6, 0.0),
    ),
    "VINORELBINE": (
        Reaction("CONSTIPATION", 0.4, (0.6, 0.33, 0.07, 0.0), 10, 8, 0.3),
        Reaction("ILEUS", 0.02, (0, 0.3, 0.7, 0.0), 20, 7, 0.0),
        Reaction("PERIPHERAL SENSORY NEUROPATHY", 0.25, _MILD, 70, 90, 0.0),
        Reaction("FEBRILE NEUTROPENIA", 0.06, (0, 0, 0.9, 0.1), 12, 6, 0.0),
        _NAUSEA,
        _TIRED,
    ),
    "CAPECITABINE": (
        Reaction("PALMAR-PLANTAR ERYTHRODYSAESTHESIA SYNDROME", 0.55, (0.5, 0.36, 0.14, 0), 60, 40),
        Reaction("DIARRHOEA", 0.4, (0.6, 0.28, 0.12, 0.0), 20, 7, 0.3),
        Reaction("STOMATITIS", 0.2, _MILD, 20, 8),
        Reaction("CHEST PAIN", 0.03, (0.5, 0.5, 0.0, 0.0), 9, 3, 0.0),
        _NAUSEA,
        _TIRED,
    ),
    "CARBOPLATIN": (
        _NAUSEA,
        Reaction("VOMITING", 0.25, (0.65, 0.3, 0.05, 0.0), 4, 3, 0.3),
        Reaction("HYPERSENSITIVITY", 0.06, (0.2, 0.6, 0.2, 0.0), 110, 1, 0.0),
        Reaction("HYPOMAGNESAEMIA", 0.2, _MILD, 40, 20),
        _TIRED,
    ),
    "UTIDELONE": (
        Reaction("PERIPHERAL SENSORY NEUROPATHY", 0.72, (0.4, 0.38, 0.22, 0.0), 42, 90, 0.1),
        Reaction("MYALGIA", 0.38, (0.6, 0.34, 0.06, 0.0), 12, 8, 0.3),
        Reaction("ARTHRALGIA", 0.25, _MILD, 14, 9),
        Reaction("DIARRHOEA", 0.2, _MILD, 8, 5),
        _HAIR,
        _TIRED,
    ),
    "CISPLATIN": (
        Reaction("NAUSEA", 0.6, (0.5, 0.4, 0.1, 0.0), 3, 5, 0.5),
        Reaction("VOMITING", 0.4, (0.5, 0.4, 0.1, 0.0), 3, 3, 0.4),
        Reaction("TINNITUS", 0.18, _MILD, 50, 100, 0.0),
        Reaction("HYPOMAGNESAEMIA", 0.35, (0.7, 0.26, 0.04, 0.0), 35, 20),
    ),
    # of the disease, or of living: not related to either drug
    "": (
        Reaction("COUGH", 0.16, _MILD, 60, 14),
        Reaction("DYSPNOEA", 0.14, (0.5, 0.36, 0.14, 0.0), 90, 20),
        Reaction("BACK PAIN", 0.16, (0.55, 0.4, 0.05, 0.0), 60, 20),
        Reaction("UPPER RESPIRATORY TRACT INFECTION", 0.15, (0.5, 0.5, 0, 0), 70, 7),
        Reaction("URINARY TRACT INFECTION", 0.07, (0.2, 0.7, 0.1, 0), 60, 7),
        Reaction("PNEUMONIA", 0.04, (0, 0.4, 0.6, 0), 80, 14, 0.0),
        Reaction("INSOMNIA", 0.12, _MILD, 30, 40),
        Reaction("DECREASED APPETITE", 0.2, (0.65, 0.31, 0.04, 0), 30, 20),
        Reaction("ABDOMINAL PAIN", 0.12, (0.6, 0.34, 0.06, 0), 50, 8),
        Reaction("PYREXIA", 0.12, (0.75, 0.25, 0, 0), 30, 3),
    ),
}
