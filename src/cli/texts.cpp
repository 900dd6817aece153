#include "cli/texts.h"

#include <array>
#include <cstdlib>

namespace eidkern::cli
{

namespace
{

struct Both
{
    std::string_view german, english;
};

constexpr std::array<Both, std::size_t(Text::count)> texts{{
    {"Dienst", "Service"},
    {"Adresse", "Address"},
    {"Berechtigt von", "Authorised by"},
    {"Gültig", "Valid"},
    {"Zweck", "Purpose"},
    {"Vorgang", "Transaction"},
    {"Liest", "Reads"},
    {"Möchte auch lesen", "Would also read"},
    {"keine Daten", "no data"},
    {"Mindestalter", "Minimum age"},
    {"Diese Daten übermitteln? [J/n] ", "Send these data? [Y/n] "},
    {"Übermitteln? [J]a, alles / nur die [e]rforderlichen / [n]ein ", "Send? [Y]es, all / only the [r]equired ones / [n]o "},
    {"PIN: ", "PIN: "},
    {"PIN (oder die fünfstellige Transport-PIN aus dem PIN-Brief): ", "PIN (or the five-digit transport PIN of the PIN letter): "},
    {"Neue PIN (sechs Ziffern): ", "New PIN (six digits): "},
    {"Neue PIN noch einmal: ", "New PIN again: "},
    {"Zugangsnummer (CAN): ", "Card access number (CAN): "},
    {"PUK: ", "PUK: "},
    {"Die PIN wurde zweimal falsch eingegeben. Vor dem letzten Versuch wird die Zugangsnummer gebraucht, die auf der Karte vorne unten rechts steht.",
     "The PIN was entered wrongly twice. Before the last try the card access number is needed, printed on the front of the card at the bottom right."},
    {"Die PIN ist gesperrt. Mit der PUK aus dem PIN-Brief wird sie entsperrt.", "The PIN is blocked. The PUK of the PIN letter unblocks it."},
    {"Das war nicht richtig.", "That was not right."},
    {"verbleibende Versuche", "tries left"},
    {"So geht es nicht: es werden nur Ziffern gebraucht, und zwar", "Not like this: only digits, exactly"},
    {"Bei dieser simulierten Karte ist es", "For this simulated card it is"},
    {"Das ist der letzte Versuch. Ist die PIN falsch, wird sie gesperrt, und nur die PUK aus dem PIN-Brief hilft noch.",
     "This is the last try. If the PIN is wrong it will be blocked, and only the PUK of the PIN letter helps then."},
    {"Den letzten Versuch wagen? [j/N] ", "Use the last try? [y/N] "},
    {"Das wäre der letzte Versuch: Eine falsche PIN würde gesperrt. Mit --last-try wird er gewagt.",
     "This would be the last try: a wrong PIN would be blocked. With --last-try it is used."},
    {"Das wäre der letzte Versuch der PIN, und der wird nie von selbst gewagt. Geben Sie sie selbst ein, mit eidkern check-pin: ist sie richtig, sind es "
     "wieder drei.",
     "This would be the last try of the PIN, which is never used unasked. Enter it yourself, with eidkern check-pin: if it is right there are three again."},
    {"Für diese Frage ist kein Kennwort da, oder es war falsch (EIDKERN_AUTOMATIC_PIN, _CAN, _PUK).",
     "There is no password for this question, or it was wrong (EIDKERN_AUTOMATIC_PIN, _CAN, _PUK)."},
    {"Niemand zu fragen, denn Ein- oder Ausgabe ist kein Terminal. Gebraucht wird", "Nobody to ask: standard input or output is no terminal. Needed is"},
    {"Das war nicht richtig, und wird nicht noch einmal versucht.", "That was not right, and is not tried again."},
    {"Eine Zeile mit genau den Ziffern wird gebraucht; was falsch war, wird nicht noch einmal versucht.",
     "One line with exactly the digits is needed; what was wrong is not tried again."},
    {"Eine Zeile mit den sechs Ziffern der neuen PIN wird gebraucht.", "One line with the six digits of the new PIN is needed."},
    {"Die beiden Eingaben sind verschieden. Bitte noch einmal.", "The two entries are different. Once more, please."},
    {"Lauter gleiche Ziffern probieren andere zuerst.", "Six times the same digit is what others try first."},
    {"Ziffern der Reihe nach probieren andere zuerst.", "Digits in a row are what others try first."},
    {"Eine Wiederholung probieren andere zuerst.", "A repetition is what others try first."},
    {"Das könnte ein Datum sein, und Geburtstage probieren andere zuerst.", "This could be a date, and birthdays are what others try first."},
    {"Trotzdem nehmen? [j/N] ", "Take it all the same? [y/N] "},
    {"Mit --allow-trivial wird sie trotzdem genommen.", "With --allow-trivial it is taken all the same."},
    {"Die neue PIN ist gesetzt.", "The new PIN is set."},
    {"Die PIN ist entsperrt.", "The PIN is unblocked."},
    {"Die PIN ist nicht gesperrt: nichts zu tun. Verbleibende Versuche:", "The PIN is not blocked: nothing to do. Tries left:"},
    {"Das ist richtig.", "That is right."},
    {"(Die simulierte Karte vergisst das, wenn das Programm endet. Eine, die es sich merkt, solange sie aufliegt: eidkern card serve)",
     "(The simulated card forgets this when the program ends. One that remembers as long as it is served: eidkern card serve)"},
    {"Bitte geben Sie die PIN am Lesegerät ein.", "Please enter the PIN at the reader."},
    {"Bitte geben Sie die Zugangsnummer (CAN) am Lesegerät ein.", "Please enter the card access number (CAN) at the reader."},
    {"Bitte geben Sie die PUK am Lesegerät ein.", "Please enter the PUK at the reader."},
    {"Bitte geben Sie die neue PIN am Lesegerät ein, zweimal.", "Please enter the new PIN at the reader, twice."},
    {"Das Lesegerät wartet noch auf die Eingabe. Bitte brechen Sie auch dort ab; bis dahin ist es belegt.",
     "The reader still waits for the entry. Please cancel there, too; until then it is in use."},
    {"Bitte legen Sie den Ausweis auf das Lesegerät.", "Please put the card on the reader."},
    {"Der Smartcard-Dienst (pcscd) läuft nicht. Starten Sie ihn, mit systemd: systemctl start pcscd.socket (Paket pcscd).",
     "The smart card service (pcscd) is not running. Start it, with systemd: systemctl start pcscd.socket (package pcscd)."},
    {"Es ist kein Lesegerät da. Schließen Sie eines an.", "There is no reader. Connect one."},
    {"Diese Art von Karte nimmt der Dienst nicht an. Bitte eine andere auflegen.", "The service does not accept this type of card. Please use another one."},
    {"Karte gefunden", "Card found"},
    {"Die Online-Ausweisfunktion dieser Karte ist ausgeschaltet.", "The online function of this card is switched off."},
    {"Erfolg", "Success"},
    {"Fehlgeschlagen", "Failed"},
    {"Wird abgebrochen; der Dienst wird noch benachrichtigt …", "Cancelling; the service is being told …"},
    {"Wird abgebrochen …", "Cancelling …"},
    {"Der Browser geht zu", "The browser goes to"},
    {"Ihre Daten, wie der Dienst sie gelesen hat", "Your data, as the service has read them"},
    {"nicht auf dem Chip", "not on the chip"},
    {"nicht freigegeben", "not granted"},
    {"ja", "yes"},
    {"nein", "no"},
    {"Noch nicht abgelaufen", "Has not expired"},
    {"Eine vollständige Anmeldung gegen einen Test-Dienst auf diesem Rechner, mit einer simulierten Karte und echter Kryptografie.",
     "A complete login with a test service on this machine, with a simulated card and real cryptography."},
    {"(Keine Eingabe von einem Terminal: die simulierte Karte stimmt zu und nimmt ihre eigene PIN.)",
     "(No input from a terminal: the simulated card consents and uses its own PIN.)"},
    {"Das Labor läuft.", "The lab is running."},
    {"Ausprobieren, in einem zweiten Terminal:", "Try it, in a second terminal:"},
    {"Strg-C beendet es.", "Ctrl-C ends it."},
    {"Im Browser beginnen Sie auf der Startseite. Er warnt vor dem Zertifikat, denn das Labor hat es selbst gemacht;\n"
     "für diese Adresse auf dem eigenen Rechner können Sie die Ausnahme zulassen. Auch das Ergebnis steht dann dort.",
     "In a browser you begin at the start page. It warns of the certificate, because the lab has made it itself;\n"
     "for this address on your own machine you may allow the exception. The result is shown there, too."},
    {"Varianten (--variant NAME[,NAME…]):", "Variants (--variant NAME[,NAME…]):"},
    {"TLS (--tls eservice=NAME, eid-server=NAME oder redirector=NAME):", "TLS (--tls eservice=NAME, eid-server=NAME or redirector=NAME):"},
    {"Wartet auf den Browser:", "Waiting for the browser:"},
    {"(::1 gibt es auf diesem Rechner nicht, nur IPv4.)", "(This machine has no ::1, only IPv4.)"},
    {"--save-terms DATEI speichert das Original", "--save-terms FILE saves the original"},
    {"Die Nutzungsbedingungen sind gespeichert:", "The terms of use have been saved:"},
    {"Ist die Wurzel dieses Dienstes (Unknown_Authority) unter denen, welchen vertraut wird? `eidkern trust list` zeigt sie, `eidkern trust import` nimmt weitere auf.",
     "Is this service's root (Unknown_Authority) among those that are trusted? `eidkern trust list` shows them, `eidkern trust import` takes more."},
    {"Es sind keine Vertrauensanker der Produktion da: Dienste für echte Ausweise werden erst damit angenommen. Aufgenommen werden sie mit:\n"
     "  eidkern trust import DATEI --production\n"
     "Mit --cvca ist für diese Anmeldung nur den dort genannten Wurzeln vertraut worden, ohne --cvca denen aus `eidkern trust list`.",
     "There are no production anchors: services for genuine cards are accepted only with them. They are taken over by:\n"
     "  eidkern trust import FILE --production\n"
     "With --cvca only the roots given there were trusted in this login, without it those of `eidkern trust list`."},
    {"Der Ausweis kennt andere Stellen (Card_Trust_Points) als dieser Dienst: Ist es ein echter Ausweis bei einem Test-Dienst, oder ein Test-Ausweis bei einem echten?",
     "The card knows other authorities (Card_Trust_Points) than this service: is it a genuine card at a test service, or a test card at a genuine one?"},
}};

constexpr std::array<std::pair<std::string_view, Both>, 25> rights{{
    {"FamilyName", {"Familienname", "Family name"}},
    {"BirthName", {"Geburtsname", "Birth name"}},
    {"GivenNames", {"Vornamen", "Given names"}},
    {"DoctoralDegree", {"Doktorgrad", "Doctoral degree"}},
    {"DateOfBirth", {"Geburtsdatum", "Date of birth"}},
    {"PlaceOfBirth", {"Geburtsort", "Place of birth"}},
    {"Address", {"Anschrift", "Address"}},
    {"DocumentType", {"Dokumententyp", "Document type"}},
    {"ValidUntil", {"Gültig bis", "Valid until"}},
    {"Pseudonym", {"Pseudonym", "Pseudonym"}},
    {"Nationality", {"Staatsangehörigkeit", "Nationality"}},
    {"ArtisticName", {"Ordens- oder Künstlername", "Religious or artistic name"}},
    {"AgeVerification", {"Altersbestätigung", "Age verification"}},
    {"AddressVerification", {"Wohnortbestätigung", "Address verification"}},
    {"IssuingCountry", {"Ausstellender Staat", "Issuing country"}},
    {"CommunityID", {"Gemeindeschlüssel", "Community ID"}},
    {"ResidencePermitI", {"Nebenbestimmungen I", "Residence permit I"}},
    {"ResidencePermitII", {"Nebenbestimmungen II", "Residence permit II"}},
    {"InstallQualifiedCertificate", {"Qualifiziertes Zertifikat aufbringen", "Install qualified certificate"}},
    {"InstallCertificate", {"Zertifikat aufbringen", "Install certificate"}},
    {"WriteAddress", {"Anschrift schreiben", "Write address"}},
    {"WriteCommunityID", {"Gemeindeschlüssel schreiben", "Write community ID"}},
    {"WriteResidencePermitI", {"Nebenbestimmungen I schreiben", "Write residence permit I"}},
    {"WriteResidencePermitII", {"Nebenbestimmungen II schreiben", "Write residence permit II"}},
    {"PinManagement", {"PIN-Verwaltung", "PIN management"}},
}};

std::string_view in(const Both& both, Language language) { return language == Language::German ? both.german : both.english; }

} // namespace

std::string_view text(Text which, Language language) { return in(texts[std::size_t(which)], language); }

std::string rightLabel(std::string_view right, Language language)
{
    for (const auto& [name, label] : rights)
        if (name == right) return std::string(in(label, language));
    return std::string(right);
}

Language languageOfEnvironment()
{
    for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"})
        if (const char* value = std::getenv(variable); value && *value) return std::string_view(value).starts_with("de") ? Language::German : Language::English;
    return Language::English;
}

} // namespace eidkern::cli
