"""The reference of failure codes for people: docs/failure-codes.md in English, docs/failure-codes.de.md in German."""
import re

STATES = {  # in the order of a login, with what happens there
    "ParseTcTokenUrl": {
        "en": "reading the address with which the website started the login",
        "de": "Lesen der Adresse, mit der die Internetseite die Anmeldung gestartet hat",
    },
    "FetchTcToken": {
        "en": "fetching the connection details (tcToken) from the service",
        "de": "Abholen der Verbindungsdaten (tcToken) beim Dienst",
    },
    "CheckTcToken": {"en": "checking the tcToken", "de": "Prüfen des tcToken"},
    "StartPaos": {"en": "opening the conversation with the eID-Server", "de": "Beginn des Gesprächs mit dem eID-Server"},
    "CheckService": {
        "en": "checking who the service is and whether it may ask",
        "de": "Prüfen, wer der Dienst ist und ob er fragen darf",
    },
    "ConfirmRights": {"en": "asking the user which data may be read", "de": "Frage, welche Daten gelesen werden dürfen"},
    "SelectCard": {"en": "waiting for an ID card and connecting it", "de": "Warten auf einen Ausweis und Verbinden mit ihm"},
    "EnterPassword": {"en": "asking for PIN, CAN or PUK", "de": "Frage nach PIN, CAN oder PUK"},
    "EstablishPace": {"en": "setting up the secured channel to the card", "de": "Aufbau des gesicherten Kanals zum Ausweis"},
    "SendEac1": {
        "en": "answering the first part of the mutual authentication",
        "de": "Antwort auf den ersten Teil der gegenseitigen Authentisierung",
    },
    "SendEac2": {
        "en": "authenticating service and card to each other",
        "de": "Gegenseitige Authentisierung von Dienst und Ausweis",
    },
    "RelayApdus": {
        "en": "passing the eID-Server's commands to the card",
        "de": "Weiterreichen der Befehle des eID-Servers an den Ausweis",
    },
    "CheckServerResult": {"en": "evaluating the eID-Server's closing message", "de": "Auswerten der Schlussnachricht des eID-Servers"},
    "EndDialogue": {"en": "telling the eID-Server about a failure", "de": "Mitteilung eines Fehlers an den eID-Server"},
    "ResolveRefresh": {
        "en": "finding and checking the way back to the service",
        "de": "Finden und Prüfen des Rückwegs zum Dienst",
    },
    "AnswerBrowser": {"en": "sending the browser back", "de": "Zurückschicken des Browsers"},
    "FetchOwnData": {"en": "fetching the result of the self-authentication", "de": "Abholen des Ergebnisses der Selbstauskunft"},
    "EnterNewPin": {"en": "asking for the new PIN", "de": "Frage nach der neuen PIN"},
    "ChangePin": {"en": "changing the PIN", "de": "Ändern der PIN"},
    "IfdService": {"en": "serving as a card reader for another device", "de": "Dienst als Kartenleser für ein anderes Gerät"},
}

ORIGIN_NAMES = {
    "user": "Nutzer",
    "card": "Ausweis",
    "reader": "Lesegerät",
    "network": "Netz",
    "service": "Dienst",
    "client": "dieses Programm",
}

WORKFLOW_NAMES = {
    "remote-reader": {"en": "serving as a card reader for another device", "de": "den Dienst als Kartenleser für ein anderes Gerät"},
}

WORDS = {
    "en": {
        "other": "Deutsch: [failure-codes.de.md](failure-codes.de.md). At the terminal: `eidkern failure CODE`.",
        "title": "Failure codes",
        "intro": """A workflow that does not succeed ends with exactly one failure code: the first thing that went wrong. The code is a stable name for
programs; cause and hints are for people, in English and German.

* **State** is the workflow state that raises the code.
* **Origin** says where to look: `user`, `card`, `reader`, `network`, `service` (website or eID-Server) or `client` (this program). It is also the exit code of `eidkern`.
* **Result minor** goes to the eID-Server and into the result message, behind `http://www.bsi.bund.de/ecard/api/1.1/resultminor`.
* **Retry** says whether the same login may succeed when it is repeated, and what has to change first.
* **Details** are keys that may come along with the code. They never hold personal data.
* **Rule** says which of several similar codes it is.""",
        "counts": "There are {live} documented codes in use, {additions} additions of newer versions, and {reserved} [reserved](#{anchor}) ones. "
        "Of the documented ones in use, {waiting} wait for a workflow that does not exist yet, and {ruled} cannot happen because of how this program is built.",
        "state": "State",
        "codes": "Codes",
        "several": "Several states",
        "anywhere": "raised wherever it happens",
        "origin": "Origin",
        "minor": "Result minor",
        "none": "none",
        "retry": "Retry",
        "yes": "yes",
        "no": "no",
        "info": "Details",
        "addition": "addition of a newer version",
        "cause": "Cause",
        "hints": "What to do",
        "change": "What has to change first",
        "rule": "Rule",
        "waiting": "Not raised yet: waits for {}.",
        "ruledOut": "Cannot happen here",
        "shared": "Shared hints",
        "reserved": "Reserved codes",
        "reserved_text": "These names are documented for functions that this product does not have. They are never sent.",
    },
    "de": {
        "other": "English: [failure-codes.md](failure-codes.md). Im Terminal: `eidkern failure CODE --lang de`.",
        "title": "Fehlercodes",
        "intro": """Ein Vorgang, der nicht gelingt, endet mit genau einem Fehlercode: dem ersten, was schiefging. Der Code ist ein fester Name für
Programme; Ursache und Hinweise sind für Menschen, auf Deutsch und Englisch.

* **Zustand** ist der Zustand des Ablaufs, der den Code meldet.
* **Herkunft** sagt, wo zu suchen ist: Nutzer, Ausweis, Lesegerät, Netz, Dienst (Internetseite oder eID-Server) oder dieses Programm. Danach richtet sich auch der Exit-Code von `eidkern`.
* **Result-Minor** geht an den eID-Server und in die Ergebnismeldung, hinter `http://www.bsi.bund.de/ecard/api/1.1/resultminor`.
* **Wiederholen** sagt, ob dieselbe Anmeldung bei einer Wiederholung gelingen kann und was sich zuerst ändern muss.
* **Angaben** sind Schlüssel, die mit dem Code kommen können. Sie enthalten nie persönliche Daten.
* **Regel** sagt, welcher von mehreren ähnlichen Codes es ist.""",
        "counts": "Es gibt {live} dokumentierte Codes in Gebrauch, {additions} Ergänzungen neuerer Versionen und {reserved} [reservierte](#{anchor}). "
        "Von den dokumentierten in Gebrauch warten {waiting} auf einen Ablauf, den es noch nicht gibt, und {ruled} können nach der Bauart dieses Programms nicht auftreten.",
        "state": "Zustand",
        "codes": "Codes",
        "several": "Mehrere Zustände",
        "anywhere": "gemeldet, wo es geschieht",
        "origin": "Herkunft",
        "minor": "Result-Minor",
        "none": "keiner",
        "retry": "Wiederholen",
        "yes": "ja",
        "no": "nein",
        "info": "Angaben",
        "addition": "Ergänzung einer neueren Version",
        "cause": "Ursache",
        "hints": "Was zu tun ist",
        "change": "Was sich zuerst ändern muss",
        "rule": "Regel",
        "waiting": "Wird noch nicht gemeldet: wartet auf {}.",
        "ruledOut": "Kann hier nicht auftreten",
        "shared": "Gemeinsame Hinweise",
        "reserved": "Reservierte Codes",
        "reserved_text": "Diese Namen sind für Funktionen dokumentiert, die dieses Produkt nicht hat. Sie werden nie gesendet.",
    },
}


def anchor(heading):
    return re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-"))


def first_sentence(text):
    return re.split(r"(?<=[.:;]) ", text)[0].rstrip(":;.") + "."


def hint_cell(entry, catalogue, language):
    hints = [
        f"[{first_sentence(catalogue['hints'][hint][language])}](#{hint})" if isinstance(hint, str) else hint[language]
        for hint in entry["hints"]
    ]
    if len(hints) == 1:
        return hints[0]
    return "<br>".join(f"{number}. {text}" for number, text in enumerate(hints, 1))


def facts(entry, words, language):
    found = [
        f"**{words['state']}** " + ", ".join(f"`{state}`" for state in entry["state"].split(", ")),
        f"**{words['origin']}** " + (entry["origin"] if language == "en" else ORIGIN_NAMES[entry["origin"]]),
        f"**{words['minor']}** " + (f"`{entry['minor']}`" if entry["minor"] else words["none"]),
        f"**{words['retry']}** {words['yes'] if entry['retry'] else words['no']}",
    ]
    if entry["info"]:
        found.append(f"**{words['info']}** " + ", ".join(f"`{key}`" for key in entry["info"]))
    if "addition" in entry:
        found.append(words["addition"])
    return " · ".join(found)


def code_section(entry, catalogue, language):
    words = WORDS[language]
    rows = [
        (words["cause"], entry["cause"][language]),
        (words["hints"], hint_cell(entry, catalogue, language)),
        (words["change"], catalogue["changes"][entry["changeFirst"]][language]),
    ]
    rows += [(words["rule"], rule[language]) for rule in catalogue["rules"] if entry["code"] in rule["codes"]]
    if "ruledOut" in entry:
        rows.append((words["ruledOut"], entry["ruledOut"][language]))
    table = "".join(f"| **{name}** | {text} |\n" for name, text in rows)
    waiting = f"\n*{words['waiting'].format(WORKFLOW_NAMES[entry['waiting']][language])}*\n" if "waiting" in entry else ""
    return f"### {entry['code']}\n\n{facts(entry, words, language)}\n{waiting}\n| | |\n|---|---|\n{table}"


def groups(catalogue, several):
    """Live codes by the one state that raises them; those of several states come first."""
    found = {several: []} | {state: [] for state in STATES}
    for entry in catalogue["codes"]:
        if entry["live"]:
            found[several if ", " in entry["state"] else entry["state"]].append(entry)
    return {group: entries for group, entries in found.items() if entries}


def counts(codes, words):
    live = [entry for entry in codes if entry["live"] and "addition" not in entry]
    return words["counts"].format(
        live=len(live),
        additions=sum("addition" in entry for entry in codes),
        reserved=sum(not entry["live"] for entry in codes),
        waiting=sum("waiting" in entry for entry in live),
        ruled=sum("ruledOut" in entry for entry in live),
        anchor=anchor(words["reserved"]),
    )


def reference(catalogue, language, notice):
    words, codes = WORDS[language], catalogue["codes"]
    index, sections = "", ""
    for group, entries in groups(catalogue, words["several"]).items():
        links = "<br>".join(f"[`{entry['code']}`](#{anchor(entry['code'])})" for entry in entries)
        index += f"| [{group}](#{anchor(group)}) | {links} |\n"
        what = STATES[group][language] if group in STATES else words["anywhere"]
        sections += f"\n## {group}\n\n*{what[0].upper()}{what[1:]}.*\n\n" + "\n".join(code_section(entry, catalogue, language) for entry in entries)
    tips = "\n".join(f"### {key}\n\n{hint[language]}\n" for key, hint in catalogue["hints"].items())
    reserved = "\n".join(f"* `{entry['code']}`" for entry in codes if not entry["live"])
    return f"""<!-- {notice} -->
# {words['title']}

{words['other']}

{words['intro']}

{counts(codes, words)}

| {words['state']} | {words['codes']} |
|---|---|
{index}
## {words['shared']}

{tips}{sections}
## {words['reserved']}

{words['reserved_text']}

{reserved}
"""
