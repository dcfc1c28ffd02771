"""Labels and addresses that no list spells out: verbs and things put together."""

from __future__ import annotations

import pytest

from agents.guard.labels import read
from agents.guard.labels_paths import read_address
from agents.guard.risk import CallFacts, ElementFacts, Verdict, classify


def press(label: str) -> Verdict:
    page = "https://site.example/page"
    facts = {"tag": "button", "role": "button", "names": {"text": label}, "frame_url": page}
    return classify(CallFacts("locator.click", {}, page), ElementFacts.from_raw(facts))


@pytest.mark.parametrize(
    ("label", "risk"),
    [
        ("Close this repository", "destructive"),
        ("Empty bucket", "destructive"),
        ("Permanently close ticket", "destructive"),
        ("Ich möchte mein Profil schließen", "destructive"),
        ("Datenbank leeren", "destructive"),
        ("Je résilie mon contrat", "destructive"),
        ("Vider la base de données", "destructive"),
        ("Quiero cancelar mi suscripción", "destructive"),
        ("Cancellalo", "destructive"),
        ("Encerrar conta bancária", "destructive"),
        ("Zeg mijn abonnement op", "destructive"),
        ("Odwołaj wizytę", "destructive"),
        ("サブスクリプションを解約する", "destructive"),
        ("Aboneliğimi iptal et", "destructive"),
        ("Fund wallet", "payment"),
        ("Trinkgeld geben", "payment"),
        ("Laisser un pourboire", "payment"),
        ("Maak € 20 over", "payment"),
        ("Hire this freelancer", "purchase"),
        ("Jetzt für 9 € holen", "purchase"),
        ("Passer à l'offre Premium", "purchase"),
        ("Cómpralo ya", "purchase"),
        ("Breng een bod uit", "purchase"),
        ("Make Bob an owner", "permission_change"),
        ("Transfer repository ownership", "permission_change"),
        ("Zum Eigentümer machen", "permission_change"),
        ("Rendre ce dossier public", "permission_change"),
        ("Nadaj uprawnienia administratora", "permission_change"),
        ("Sign & submit", "legal_acceptance"),
        ("Signer le bail", "legal_acceptance"),
        ("Teken het contract", "legal_acceptance"),
        ("Turn off two-factor authentication", "permission_change"),
        ("Kennwort ändern", "auth"),
        ("File a complaint", "external_submit"),
        ("Créez votre compte", "account_creation"),
        ("Disable two-factor authentication", "permission_change"),
        ("Remove passkey", "permission_change"),
        ("Zwei-Faktor-Authentifizierung deaktivieren", "permission_change"),
        ("Désactiver la double authentification", "permission_change"),
        ("二段階認証を無効にする", "permission_change"),
        ("Enable two-factor authentication", "auth"),
        ("Tear down environment", "destructive"),
        ("Pledge", "payment"),
    ],
)
def test_a_verb_and_its_thing_are_a_deed(label: str, risk: str) -> None:
    assert press(label).main == risk, press(label).reasons


@pytest.mark.parametrize(
    ("label", "risk"),
    [
        ("Cancel this occurrence", "destructive"),
        ("Diese Lieferserie stornieren", "destructive"),
        ("Annuler toutes les dates", "destructive"),
        ("Close my ISA", "destructive"),
        ("取消此事件", "destructive"),
        ("Confirm deletion", "destructive"),
        ("Kündigung bestätigen", "destructive"),
        ("Sign out of all accounts", "auth"),
        ("Se déconnecter de tous les comptes", "auth"),
        ("Mit Medusa Cloud anmelden", "auth"),
        ("Melden Sie sich mit Ihrem Passkey an", "auth"),
        ("Envoyer des invitations", "permission_change"),
        ("Créer un remboursement", "payment"),
        ("カードで支払う", "payment"),
        ("Marcar el pago como completo", "payment"),
        ("新しいパスワードを設定", "auth"),
        ("Block my card", "destructive"),
        ("Bagage toevoegen voor € 25", "purchase"),
        ("Zapłać 90 zł", "payment"),
        ("Auf Sparkonto übertragen", "payment"),
        ("Allow all users to edit", "permission_change"),
        ("Lesezeichen löschen", "destructive"),
        ("Approve and sign", "legal_acceptance"),
        ("Report a problem", "external_submit"),
        ("Konto loeschen", "destructive"),
    ],
)
def test_what_is_called_off_or_confirmed_is_a_deed(label: str, risk: str) -> None:
    assert press(label).main == risk, press(label).reasons


@pytest.mark.parametrize(
    "label",
    [
        "Cancel",
        "Cancel and go back",
        "Cancel editing",
        "Bearbeitung abbrechen",
        "Annuler la modification",
        "Order confirmed",
        "Order date",
        "Close profile menu",
        "Fecha del pedido",
        "Détails de la commande",
        "Tout effacer la recherche",
        "订单已确认",
        "注文履歴",
        "Add promo code",
        "Back to login",
        "Ordina per data",
        "How to pay",
        "Cómo pagar",
        "Jak zapłacić",
        "Commande annulée",
        "Désactivé",
        "Annuler le recadrage",
    ],
)
def test_nouns_statuses_and_one_s_own_view_are_none(label: str) -> None:
    assert press(label).risks == frozenset()


def test_a_question_word_in_the_middle_asks_nothing() -> None:
    """`como`, `what`, `que`: a label is a question only when it begins as one."""
    assert press("Delete all of what you selected").main == "destructive"
    assert press("How do I delete my account?").risks == frozenset()
    assert press("Co-sign the contract").main == "legal_acceptance"
    assert press("What are you waiting for? Buy now").main == "purchase"


@pytest.mark.parametrize(
    "label",
    [
        "Sort order",
        "Transfer details",
        "Copy invite link",
        "Delete row filter",
        "Remove from comparison",
        "Place names",
        "Markierung entfernen",
        "Aus dem Vergleich entfernen",
        "Effacer le filtre",
        "Suivre mon colis",
        "Quitar de la comparación",
        "Cancella filtro",
        "Filter wissen",
        "Usuń z porównania",
        "フィルターを削除",
        "Ver fatura",
    ],
)
def test_a_thing_that_may_go_makes_a_label_quiet(label: str) -> None:
    assert press(label).risks == frozenset()


def test_what_only_looks_may_not_hide_a_deed() -> None:
    assert press("View invoice").risks == frozenset()
    assert press("View & pay").main == "payment"
    assert press("Remove filter and delete account").main == "destructive"
    assert press("Clear search history").main == "destructive"


def test_verbs_of_one_language_are_no_deeds_in_another() -> None:
    """`place` pays in Polish, `pages` in Spanish, `sign` signs in French."""
    assert press("Pages").risks == frozenset()
    assert "payment" not in read("Place order").kinds
    assert "legal" not in read("Sign in").kinds


@pytest.mark.parametrize(
    ("path", "risk"),
    [
        ("/account/close", "destructive"),
        ("/konto/schliessen", "destructive"),
        ("/servers/web1/stop", "destructive"),
        ("/repos/acme/web/archive?confirm=true", "destructive"),
        ("/buy?item=3", "purchase"),
        ("/products/lamp/buy", "purchase"),
        ("/order/confirm?id=3", "purchase"),
        ("/users/eve/promote", "permission_change"),
        ("/users/eve/setrole?role=owner", "permission_change"),
        ("/team/members/add?user=eve", "permission_change"),
        ("/share?file=3&with=eve", "permission_change"),
        ("/contracts/77/sign", "legal_acceptance"),
        ("/terms/accept", "legal_acceptance"),
        ("/donate?amount=50", "payment"),
        ("/donations/new?amount=5", "payment"),
        ("/konto/aufloesen?confirm=1", "destructive"),
        ("/refunds/create?order=7", "payment"),
        ("/pay/now?invoice=44", "payment"),
        ("/kup-teraz?id=4", "purchase"),
        ("/mfa/remove", "destructive"),
        ("/factory-reset", "destructive"),
        ("/backup/restore?id=5", "destructive"),
        ("/api/chat.delete?channel=1", "destructive"),
        ("/api/method/frappe.client.delete?doctype=User", "destructive"),
    ],
)
def test_an_address_may_say_what_is_done_to_what(path: str, risk: str) -> None:
    found = read_address(f"https://x.example{path}")
    assert found is not None and found[0] == risk


@pytest.mark.parametrize(
    "path",
    [
        "/buy",
        "/buy?utm_source=mail",
        "/projects/archive",
        "/accounts/password/reset/",
        "/help/close-account",
        "/stores/close-to-me",
        "/terms/accept-cookies",
        "/team/members/add",
        "/auctions/7/bids",
        "/shop/subscribe-and-save",
        "/categories/sign-making",
        "/posts/archive",
        "/account/close-friends-list",
        "/order/status?id=2",
        "/di/pip-api/issues/239",
        "/acme/project2/releases",
        "/commands/del",
        "/static/app.destroy.js",
    ],
)
def test_an_address_that_names_a_page_is_none(path: str) -> None:
    assert read_address(f"https://x.example{path}") is None
