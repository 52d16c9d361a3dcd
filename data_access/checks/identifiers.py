"""Finds columns that identify people, by name, by label and by what their cells look like.

After the identifiers of HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)(A)-(R). Dates of treatment and
site codes are kept: a trial cannot be read without them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from data_access.checks import people
from data_access.rawtable import RawColumn, RawTable
from data_access.schema import DOMAINS, Kind

#: What a column holds -> its names, upper case, accents removed, letters and digits only; digits
#: at the end do not count.
_NAMES_BY_CONTENT = {
    "a date of birth": """BRTHDT BRTHDTC BRTHDAT BRTHDTM BRTHDATE BIRTHDT BIRTHDTC BIRTHDAT
        BIRTHDATE BIRTHDAY DATEOFBIRTH DOB DOBDT DOBDTC PTDOB PATDOB SUBJDOB BDATE BDAT BDT BORN
        BIRTH GEBOREN GEBORENAM GEBURTSDATUM GEBURTSTAG GEBDATUM GEBDAT GEBURT DATENAISS
        DATENAISSANCE DATEDENAISSANCE NAISSANCE FECHANACIMIENTO FECHADENACIMIENTO FECNAC NACIMIENTO
        DATADINASCITA DATANASCITA DATADENASCIMENTO DATANASCIMENTO GEBOORTEDATUM
        出生日期 生日 出生年月 出生年月日 生年月日 誕生日 생년월일""",
    "a year of birth": """BRTHYR BRTHYEAR BIRTHYR BIRTHYEAR YOB YEAROFBIRTH YRBIRTH BYEAR BYR
        GEBURTSJAHR GEBJAHR ANNEENAISSANCE ANNEEDENAISSANCE ANONACIMIENTO ANODENACIMIENTO
        ANNODINASCITA ANODENASCIMENTO GEBOORTEJAAR 出生年份 出生年 生年 출생년도""",
    "a person's name": """NAME PATIENTNAME PATNAME PATNAM PTNAME PTNAM SUBJECTNAME SUBJNAME SUBJNAM
        SUBNAME FULLNAME FIRSTNAME LASTNAME FORENAME SURNAME FAMILYNAME GIVENNAME MIDDLENAME
        MAIDENNAME VORNAME NACHNAME FAMILIENNAME GEBURTSNAME PATIENTENNAME NOM NOMDEFAMILLE PRENOM
        NOMPATIENT APELLIDO APELLIDOS NOMBRE NOMBREPACIENTE COGNOME NOME SOBRENOME ACHTERNAAM
        VOORNAAM 姓名 患者姓名 病人姓名 受试者姓名 氏名 患者氏名 患者名 성명 이름""",
    "the name of an investigator or physician": """INVNAM INVNAME INVESTIGATOR INVESTIGATORNAME
        PINAME PHYSICIAN PHYSICIANNAME DOCTOR DOCTORNAME PATHOLOGIST RADIOLOGISTNAME ARZT HAUSARZT
        PRUFARZT MEDECIN 研究者 研究者姓名 医生 医师 主治医生 担当医 主治医""",
    "initials": """INITIALS INIT SUBJINIT SUBJINITS SUBINIT PATINIT PTINIT PTINITS PTINITIALS
        PATIENTINITIALS SUBJECTINITIALS INITIALEN INITIALES 姓名缩写 患者姓名缩写 受试者姓名缩写""",
    "a telephone number": """PHONE PHONENO PHONENUMBER TELEPHONE TEL TELNO TELEPHONENUMBER MOBILE
        MOBILENO MOBILEPHONE CELLPHONE FAX FAXNO TELEFON TELEFONNUMMER HANDY HANDYNUMMER
        TELEFONO 电话 手机 手机号 电话号码 联系电话 联系方式 電話番号""",
    "an e-mail address": "EMAIL EMAILADDRESS EMAILADRESSE MAIL CORREO 邮箱 电子邮箱 电子邮件",
    "an address": """ADDRESS ADDR HOMEADDRESS STREET STREETADDRESS ADRESSE STRASSE WOHNORT ANSCHRIFT
        DIRECCION DOMICILE DOMICILIO INDIRIZZO 地址 住址 家庭住址 家庭地址 住所""",
    "a postal code": """ZIP ZIPCODE POSTCODE POSTALCODE PLZ POSTLEITZAHL CODEPOSTAL CODIGOPOSTAL
        邮编 邮政编码 郵便番号""",
    "a hospital record number": """MRN MEDICALRECORDNUMBER MEDRECNO MEDICALRECORD HOSPITALNO
        HOSPITALNUMBER HOSPNO CHARTNO PATNR PATIENTENNR PATIENTENNUMMER FALLNR FALLNUMMER AKTENNR
        病历号 病歷號 住院号 病案号 门诊号 就诊卡号 カルテ番号 診察券番号""",
    "a national id number": """SSN SOCIALSECURITYNUMBER NATIONALID NATIONALIDNO NHSNO NHSNUMBER
        PASSPORT PASSPORTNO IDCARD IDCARDNO IDCARDNUMBER AUSWEISNR PERSONALAUSWEIS DNI
        身份证 身份证号 身份证号码 居民身份证""",
    "an account or insurance number": """INSURANCENO INSURANCENUMBER HEALTHPLANID POLICYNO
        ACCOUNTNO ACCOUNTNUMBER LICENSENO KRANKENKASSE VERSICHERTENNR VERSICHERTENNUMMER
        VERSICHERUNGSNR VERSICHERUNGSNUMMER 医保卡号 社保号 社保卡号 保険者番号""",
    "an internet address": "IPADDRESS IPADDR",
}
_NAMES = {name: content for content, names in _NAMES_BY_CONTENT.items() for name in names.split()}

#: Labels of columns (XPT, Dataset-JSON) that say the same as the names above.
_LABELS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (
            r"^(date of birth|birth ?date|date/time of birth|geburtsdatum|date de naissance)\b",
            "a date of birth",
        ),
        (r"^(year of birth|birth ?year|geburtsjahr|ann[eé]e de naissance)\b", "a year of birth"),
        (r"^(patient|subject)('?s)? (full |first |last )?name\b", "a person's name"),
        (r"^(investigator|physician|doctor|pathologist)('?s)? name\b", "the name of a physician"),
        (r"^((patient|subject)('?s)? )?initials\b", "initials"),
        (r"\b(telephone|phone|mobile|fax) (no\b|number)", "a telephone number"),
        (r"\be-?mail( address)?\b", "an e-mail address"),
        (r"^(home|postal|street) address\b", "an address"),
        (r"\b(medical record|hospital) (no\b|number)", "a hospital record number"),
        (r"\b(social security|passport|national id\w*) (no\b|number)", "a national id number"),
    )
)

# What a cell looks like; the checks of free text use the same patterns (`re` and RE2 agree).
EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
URL = r"(?:https?://|www\.)[^\s]+"
#: A telephone number as people write it, in a form that no subject number has.
PHONE = (
    r"\+[1-9]\d{0,2}(?:[ .()-]{0,2}\d){6,12}"
    r"|\(\d{3}\) ?\d{3}[-. ]\d{4}|\b0\d{2,3}-\d{7,8}\b"
)
#: A telephone number in free text; as a column of its own it may be study-site-subject.
PHONE_GROUPS = r"\b\d{3}-\d{3}-\d{4}\b"
MOBILE_CN = r"\b1[3-9]\d{9}\b"
NATIONAL_ID_CN = r"\b[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]\b"
#: For free text, as above.
SSN_US = r"\b\d{3}-\d{2}-\d{4}\b"
IP = r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b"
TITLED_NAME = r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? [A-Z][a-z]+"

#: What a whole cell must be.
_CELLS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), what)
    for pattern, what in (
        (EMAIL, "e-mail addresses"),
        (URL, "web addresses"),
        (NATIONAL_ID_CN, "national id numbers"),
        (PHONE, "telephone numbers"),
        (IP, "internet addresses"),
        (TITLED_NAME + r"(?:[ .'-]+[A-Za-z]+)*\.?", "names of people"),
    )
)
_MOBILE = re.compile(MOBILE_CN)

#: A column is taken for an identifier when at least this share of its filled cells look like one.
SHARE = 0.5
#: Cells looked at per column, evenly spaced.
_SAMPLE = 1_000


def identifier_columns(table: RawTable) -> dict[str, str]:
    """Column -> reason, for every column of an export that identifies people.

    Columns that the schema reads as numbers, dates or flags are judged by name and label only. A
    reason never repeats a value.
    """
    found: dict[str, str] = {}
    births = people.birth_columns(table)
    for position, column in enumerate(table.columns):
        reason = _by_name(column) or births.get(column.name)
        if reason is None and column.declared in ("text", "number") and not _measured(column.name):
            cells = _cells(table.data.column(position))
            reason = _by_values(cells)
            if reason is None and column.declared == "text" and not _known(column.name):
                reason = people.names_of_people(cells)
        if reason is not None:
            found[column.name] = reason
    return found


def _by_name(column: RawColumn) -> str | None:
    key = _key(column.name)
    content = _NAMES.get(key) or _NAMES.get(key.rstrip("0123456789"))
    if content:
        return f"its name says it holds {content}"
    label = (column.label or "").strip()
    for pattern, content in _LABELS:
        if pattern.search(label):
            return f"its label says it holds {content}"
    return None


def _key(name: str) -> str:
    """A heading as `_NAMES` has it: "Geb.-Datum" is GEBDATUM, "prénom" is PRENOM."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", name).upper())
    latin = "".join(c for c in letters if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", re.sub(r"[\W_]+", "", latin))


def _measured(name: str) -> bool:
    """Whether the schema reads a column of this name as anything but words or keys."""
    words = (Kind.KEY, Kind.CODE, Kind.TEXT)
    known = [c for d in DOMAINS.values() if (c := d.column(name.upper())) is not None]
    return any(c.kind not in words for c in known)


def _known(name: str) -> bool:
    """Whether the schema has a column of this name, other than the subject number."""
    return name.upper() != "SUBJID" and any(d.column(name.upper()) for d in DOMAINS.values())


def _cells(data: pa.ChunkedArray[Any]) -> list[str]:
    """Up to `_SAMPLE` filled cells, evenly spaced, as text; whole numbers without decimals."""
    filled = data.drop_null()
    step = max(1, len(filled) // _SAMPLE)
    values = (filled[i].as_py() for i in range(0, len(filled), step))
    return [f"{v:.15g}" if isinstance(v, float) else str(v).strip() for v in values]


def _by_values(cells: list[str]) -> str | None:
    if not cells:
        return None
    for pattern, what in _CELLS:
        share = sum(pattern.fullmatch(c) is not None for c in cells) / len(cells)
        if share >= SHARE:
            return f"{share:.0%} of its filled cells look like {what}"
    mobiles = [c for c in cells if _MOBILE.fullmatch(c)]
    if len(mobiles) / len(cells) >= SHARE and like_phone_numbers(mobiles):
        return f"{len(mobiles) / len(cells):.0%} of its filled cells look like telephone numbers"
    return None


def like_phone_numbers(numbers: Iterable[str]) -> bool:
    """Whether eleven-digit numbers differ as telephone numbers do. The subject numbers of one
    trial begin alike, and cell counts end in zeros."""
    distinct = set(numbers)
    beginnings = {n[:7] for n in distinct}
    rounded = sum(n.endswith("000") for n in distinct)
    return len(beginnings) * 2 > len(distinct) and rounded * 2 < len(distinct)
