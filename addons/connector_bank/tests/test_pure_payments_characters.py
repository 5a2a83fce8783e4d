"""Names in the letters of a scheme: nothing lost, spelled as people there spell it."""

from odoo.addons.connector_bank.payments.characters import character_set, character_sets
from odoo.addons.finance_connector_base.tests.pure import PureCase


class TestCharacters(PureCase):
    def test_spellings(self):
        for language, name, spelled in (
            (None, "Jörg Müller", "Jorg Muller"),
            ("de", "Jörg Müßiger", "Joerg Muessiger"),
            ("de_AT", "ÄRZTE Österreich", "AERZTE Oesterreich"),
            ("da", "Søren Ågård Æbler", "Soeren Aagaard Aebler"),
            ("fr", "Œuvre Élégante & Cie", "Oeuvre Elegante + Cie"),
            ("pl", "Łódź Żółć", "Lodz Zolc"),
            (None, "Παπαδόπουλος", "Papadopoulos"),
            (None, "ΕΥΑΓΓΕΛΟΣ Ψυχή", "EVANGELOS Psychi"),
            (None, "Щербаков Юрий", "Shcherbakov Iurii"),
            ("uk", "Георгій Харків", "Heorhii Kharkiv"),
            ("bg", "Пловдив Щерев", "Plovdiv Shterev"),
            ("sr", "Ђорђе Живковић", "Djordje Zivkovic"),
            (None, "İstanbul Şişli ığ", "Istanbul Sisli ig"),
            (None, "10 € “netto” – x@y", "10 EUR 'netto' - x(at)y"),
            (None, "a\tb\n c", "a b c"),
        ):
            with self.subTest(name):
                self.assertEqual(character_set("sepa", language).spelled(name), spelled)

    def test_decomposed_letters(self):
        self.assertEqual(character_set("sepa", "de").spelled("Mu\u0308ller"), "Mueller")

    def test_capitals(self):
        self.assertEqual(character_set("bacs").spelled("Café Straße & Co"), "CAFE STRASSE & CO")
        self.assertEqual(character_set("cfonb", "fr").spelled("Hôtel à l'Été"), "HOTEL A L'ETE")

    def test_allowed_letters_stay(self):
        self.assertEqual(character_set("swiss", "de").spelled("Zürich Ș €"), "Zürich Ș €")
        self.assertEqual(character_set("sepa_de", "de").spelled("Müller & Söhne"), "Müller & Söhne")

    def test_no_spelling_stays_to_be_named(self):
        letters = character_set("sepa")
        self.assertEqual(letters.spelled("株 A"), "株 A")
        self.assertEqual(letters.stranger(letters.spelled("A 株")), "株")

    def test_every_set(self):
        for code in character_sets():
            letters = character_set(code)
            self.assertTrue(letters.allows("A1 B"), code)
            spelled = letters.spelled("Łukasz Ørsted & Ünal")
            self.assertTrue(letters.allows(spelled), (code, spelled))
            self.assertEqual(letters.spelled(spelled), spelled)
