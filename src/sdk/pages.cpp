#include "sdk/pages.h"

#include "pages/frame.h"

namespace eidkern::sdk
{

namespace
{

using pages::Mark, pages::Said, pages::escaped;

std::string page(Language language, Mark mark, Said title, const std::string& main)
{
    static constexpr Said footer{"Diese Seite kommt vom Programm für die Online-Ausweisfunktion auf Ihrem eigenen Rechner.",
                                 "This page comes from the program for the online ID function on your own computer."};
    const pages::Frame frame{.language = language, .program = "eidkern", .footer = footer.in(language)};
    return pages::document(frame, title.in(language), pages::verdict(mark, title.in(language)) + main);
}

std::string lead(std::string_view text) { return "<p class=\"lead\">" + escaped(text) + "</p>\n"; }

std::string tryAgain(std::string_view target, Language language)
{
    return pages::button(target, Said{"Noch einmal versuchen", "Try again"}.in(language), false);
}

std::string hintsOf(const FailureEntry& entry, Language language)
{
    std::string items;
    for (const auto hint : entry.hints(language)) items += "<li>" + escaped(hint) + "</li>\n";
    if (items.empty()) return items;
    return pages::sheet(Said{"Was Sie tun können", "What you can do"}.in(language), "<ul class=\"plain\">\n" + items + "</ul>\n");
}

std::string detailsOf(const Failure& failure, Language language)
{
    const auto code = [](std::string_view text) { return "<code>" + escaped(text) + "</code>"; };
    const auto& entry = describe(failure.code);
    std::string rows;
    if (!failure.state.empty()) rows = pages::row(Said{"Schritt", "Step"}.in(language), code(failure.state));
    for (const auto& [key, value] : failure.info)
        if (!value.empty()) rows += pages::row(key, code(value));
    if (const auto change = entry.change.in(language); !change.empty())
        rows += pages::row(Said{"Zuerst ändern muss sich", "Has to change first"}.in(language), escaped(change));
    return "<details class=\"sheet\"><summary>" + Said{"Einzelheiten zu ", "Details of "}.in(language) + code(entry.name) + "</summary>\n" + pages::table(rows)
         + "</details>\n";
}

} // namespace

std::string failurePage(const Failure& failure, std::string_view sameTarget, Language language)
{
    const auto& entry = describe(failure.code);
    const auto again = entry.retry ? tryAgain(sameTarget, language) : std::string();
    return page(language, Mark::Bad, {"Die Anmeldung ist fehlgeschlagen", "The login has failed"},
                lead(entry.cause(language)) + hintsOf(entry, language) + again + detailsOf(failure, language));
}

std::string busyPage(std::string_view sameTarget, Language language)
{
    constexpr Said words{"Es kann nur eine Anmeldung zur selben Zeit laufen. Beenden Sie die andere oder brechen Sie sie ab.",
                         "Only one login can run at a time. Finish the other one, or cancel it."};
    return page(language, Mark::Note, {"Eine andere Anmeldung läuft noch", "Another login is still running"},
                lead(words.in(language)) + tryAgain(sameTarget, language));
}

std::string leavingPage(std::string_view sameTarget, Language language)
{
    constexpr Said words{"Das Programm für die Online-Ausweisfunktion wird gerade beendet. Starten Sie es neu, und versuchen Sie es dann noch einmal.",
                         "The program for the online ID function is being closed. Start it again, and then try once more."};
    return page(language, Mark::Note, {"Gerade nicht bereit", "Not ready right now"}, lead(words.in(language)) + tryAgain(sameTarget, language));
}

std::string nobodyPage(std::string_view sameTarget, Language language)
{
    constexpr Said words{"Das Programm für die Online-Ausweisfunktion läuft, aber keine Anwendung ist mit ihm verbunden, in der Sie der Anmeldung "
                         "zustimmen könnten. Öffnen Sie diese Anwendung, und versuchen Sie es dann noch einmal.",
                         "The program for the online ID function is running, but no application is connected to it in which you could agree to the login. "
                         "Open that application, and then try once more."};
    return page(language, Mark::Note, {"Niemand kann zustimmen", "Nobody can agree"}, lead(words.in(language)) + tryAgain(sameTarget, language));
}

std::string otherUserPage(Language language)
{
    constexpr Said words{"Dieses Programm für die Online-Ausweisfunktion hat ein anderer Benutzer dieses Rechners gestartet, und es antwortet nur ihm. Melden "
                         "Sie sich mit dem Benutzerkonto an, unter dem es läuft, oder lassen Sie es beenden und starten Sie ein eigenes.",
                         "This program for the online ID function was started by another user of this computer, and it answers that user only. Use the account "
                         "under which it runs, or have it ended and start your own."};
    return page(language, Mark::Bad, {"Das Programm gehört jemand anderem", "The program belongs to somebody else"}, lead(words.in(language)));
}

std::string notFoundPage(Language language)
{
    constexpr Said words{"Diese Adresse gehört zum Programm für die Online-Ausweisfunktion auf diesem Rechner, führt aber nirgendwohin. "
                         "Eine Anmeldung beginnt auf der Seite des Dienstes, bei dem Sie sich anmelden wollen.",
                         "This address belongs to the program for the online ID function on this computer, but leads nowhere. "
                         "A login begins at the page of the service where you want to log in."};
    return page(language, Mark::Note, {"Hier ist nichts", "There is nothing here"}, lead(words.in(language)));
}

std::string badMethodPage(Language language)
{
    constexpr Said words{"Der Dienst, von dessen Seite Sie kommen, hat die Anmeldung auf eine Weise angestoßen, die nicht vorgesehen ist: "
                         "Sie beginnt mit einem Link, nicht mit einem Formular. Bitte sagen Sie es dem Dienst.",
                         "The service whose page you come from has started the login in a way that is not provided for: "
                         "it begins with a link, not with a form. Please tell the service."};
    return page(language, Mark::Bad, {"So beginnt keine Anmeldung", "A login does not begin like this"}, lead(words.in(language)));
}

std::string badRequestPage(Language language)
{
    constexpr Said words{"Das Programm für die Online-Ausweisfunktion antwortet nur unter seiner eigenen Adresse auf diesem Rechner. Die Seite, von der Sie "
                         "kommen, hat eine andere benutzt. Es ist nichts geschehen; schließen Sie diese Seite.",
                         "The program for the online ID function answers under its own address on this computer only. The page from which you come has used "
                         "another one. Nothing has happened; close this page."};
    return page(language, Mark::Bad, {"Diese Anfrage wird nicht angenommen", "This request is not accepted"}, lead(words.in(language)));
}

std::string nowhereToGoPage(Language language)
{
    constexpr Said words{"Der Dienst hat keine sichere Adresse genannt, zu der Ihr Browser zurückkehren könnte. Sehen Sie beim Dienst nach, ob Sie angemeldet "
                         "sind.",
                         "The service has named no safe address to which your browser could return. Look at the service's page whether you are logged in."};
    return page(language, Mark::Note, {"Die Anmeldung ist zu Ende", "The login has ended"}, lead(words.in(language)));
}

} // namespace eidkern::sdk
