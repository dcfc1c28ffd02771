"""What a field asks for, by its type, autocomplete, name and label."""

from __future__ import annotations

import re
from functools import lru_cache

from agents.guard.labels import plain
from agents.guard.risk_facts import Field

_SPLIT = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Za-z])")
_CARD = re.compile(
    r"\b(cc ?(num(ber)?|no)|card ?(num(ber)?|no|nr)|credit ?card( ?(num(ber)?|no))?|"
    r"debit ?card( ?num(ber)?)?|cardnumber|pan|kreditkarten? ?(nummer)?|kartennummer|"
    r"numero (de )?(la )?(carte|tarjeta|cartao|carta)( bancaire| di credito)?|"
    r"numero de carte|kaartnummer|creditcard ?(nummer)?|numer karty|kart numarasi|"
    r"номер карты|kortnummer|cislo karty)\b|カード番号|卡号|信用卡号|卡號"
)
_CODE = re.compile(
    r"\b(cvv2?|cvc2?|csc|cvn|security code|card (verification|code)|prufziffer|cryptogramme|"
    r"codigo de seguridad|codice di sicurezza|codigo de seguranca|kod cvv|guvenlik kodu)\b|"
    r"セキュリティコード"
)
_BANK = re.compile(
    r"\b(iban|bic|swift|sort ?code|routing ?(number|no)|(bank )?account ?(number|no|nr)|"
    r"kontonummer|bankleitzahl|blz|rekeningnummer|numero de (compte|cuenta|conta)|"
    r"numer konta|numero di conto|hesap numarasi)\b|口座番号|银行卡|номер счета"
)
_IDENTITY = re.compile(
    r"\b(ssn|social security|national insurance|nino|passport ?(number|no)?|tax ?id|"
    r"personalausweis\w*|steuer ?id\w*|sozialversicherung\w*|numero de securite sociale|"
    r"dni|nie|codice fiscale|cpf|bsn|pesel|aadhaar|kimlik no|tc kimlik|driver ?s? licen[cs]e|"
    r"id (card )?number|nif|curp)\b|マイナンバー|身份证|паспорт|снилс|инн"
)
_PASSWORD = re.compile(
    r"\b(pass ?word|passwd|pwd|passphrase|pass ?code|passwort|kennwort|mot de passe|"
    r"contrasena|senha|palavra passe|wachtwoord|haslo|sifre|parola|losenord|adgangskode|"
    r"salasana|heslo|jelszo|пароль)\b|パスワード|密码|密碼|비밀번호"
)
_OTP = re.compile(
    r"\b(otp|one time (code|password|pin)|2fa|mfa|totp|verification ?code|auth(entication)? ?code|"
    r"bestatigungscode|code de verification|codigo de verificacion|codice di verifica|"
    r"verificatiecode|kod weryfikacyjny|dogrulama kodu|sms ?code)\b|認証コード|验证码"
)
_CAPTCHA = re.compile(r"captcha|turnstile|not a robot|characters (you see|shown|in the image)")
_ROLE = re.compile(
    r"\b(role|roles|permissions?|access ?level|is ?admin|is ?staff|is ?superuser|privileges?|"
    r"visibility|collaborators?|groups permissions|user permissions|rolle|berechtigung(en)?|"
    r"rol|permisos|ruolo|permessi|funcao|permissoes|rechten|uprawnienia)\b"
)
_AMOUNT = re.compile(
    r"\b(amount|betrag|montant|importe|importo|valor|quantia|bedrag|kwota|tutar|сумма|"
    r"donation)\b|金額|金额"
)
_RECIPIENT = re.compile(
    r"\b(recipient|payee|beneficiary|empfanger|beneficiaire|destinatario|begunstigde|odbiorca|"
    r"to account|alici|получатель)\b|受取人|收款人"
)
_SEARCH = re.compile(
    r"^(q|s|query|search|keywords?|term|k|wd|suche|recherche|buscar|cerca|busca|zoek\w*|szukaj|"
    r"ara|arama|поиск|filter|search ?(term|query|text|box)?|site ?search|find)$|検索|搜索|"
    r"\b(search|suchen?|rechercher|buscar|cerca|pesquisar|zoeken|szukaj|поиск|arama)\b"
)
_PERSON = re.compile(
    r"\b(e ?mail|phone|tel|mobile|name|first ?name|last ?name|surname|address|street|city|zip|"
    r"postcode|postal ?code|birth ?(day|date)?|dob|vorname|nachname|adresse|telefon|plz|ort|nom|"
    r"prenom|telephone|nombre|apellidos?|direccion|correo|telefono|nome|cognome|indirizzo|"
    r"sobrenome|endereco|telefone|voornaam|achternaam|naam|adres|telefoon|imie|nazwisko|"
    r"company|subject|ad|soyad|имя|фамилия|телефон)\b|氏名|住所|電話|姓名|电话|メール"
)
_MESSAGE = re.compile(
    r"\b(message|comment|body|content|text|description|feedback|review|reply|note|question|"
    r"nachricht|kommentar|mensaje|comentario|messaggio|commento|mensagem|bericht|reactie|"
    r"wiadomosc|komentarz|mesaj|yorum|сообщение|комментарий)\b|本文|内容|コメント|留言"
)
_NO_FIELD = frozenset({"hidden", "submit", "button", "reset", "image"})


def _words(field: Field) -> str:
    named = " ".join(each for each in _SPLIT.split(field.name) if each)
    return f"{plain(named)} | {' '.join(plain(field.label).replace('-', ' ').split())}"


@lru_cache(maxsize=4096)
def kind_of_field(field: Field) -> str:
    """card, card_code, bank, identity, password, otp, captcha, file, role, amount, recipient,
    search, message, person, choice, text; empty for what a person does not fill."""
    if field.type in _NO_FIELD:
        return ""
    auto = set(field.autocomplete.lower().split())
    words = _words(field)
    if field.type == "file":
        return "file"
    if auto & {"cc-number", "cc-exp", "cc-exp-month", "cc-exp-year", "cc-name"}:
        return "card"
    if "cc-csc" in auto:
        return "card_code"
    if "one-time-code" in auto:
        return "otp"
    for kind, pattern in _PATTERNS:
        chosen = field.type in ("checkbox", "radio", "select", "hidden")
        if pattern.search(words) and (kind == "captcha" or chosen == (kind == "role")):
            return kind
    if field.type == "password" or auto & {"current-password", "new-password"}:
        return "password"
    if field.type in ("checkbox", "radio", "select", "range", "color"):
        return "choice"
    if field.type == "search" or any(_SEARCH.search(part.strip()) for part in words.split("|")):
        return "search"
    if field.type == "textarea" or _MESSAGE.search(words):
        return "message"
    if field.type in ("email", "tel") or _PERSON.search(words) or auto & _PERSONAL:
        return "person"
    return "text"


_PATTERNS = (
    ("captcha", _CAPTCHA),
    ("card_code", _CODE),
    ("card", _CARD),
    ("bank", _BANK),
    ("identity", _IDENTITY),
    ("otp", _OTP),
    ("password", _PASSWORD),
    ("role", _ROLE),
    ("amount", _AMOUNT),
    ("recipient", _RECIPIENT),
)
_PERSONAL = {
    "name", "given-name", "family-name", "email", "tel", "street-address", "address-line1",
    "postal-code", "address-level2", "organization", "bday", "username",
}  # fmt: skip


def kinds_of(fields: tuple[Field, ...]) -> dict[str, int]:
    """How many fields of each kind."""
    found: dict[str, int] = {}
    for each in fields:
        kind = kind_of_field(each)
        if kind:
            found[kind] = found.get(kind, 0) + 1
    return found
