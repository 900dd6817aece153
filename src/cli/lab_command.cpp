#include "cli/lab_command.h"

#include <QEventLoop>
#include <QJsonObject>
#include <algorithm>
#include <array>
#include <cstdio>

#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/layout.h"
#include "cli/printable.h"
#include "eidkern/port_owner.h"

namespace eidkern::cli
{

static void announce(const PublicLab& lab, bool json, Language language)
{
    const auto cvca = lab.cvcaFile();
    if (json)
    {
        const QJsonObject line{{QStringLiteral("event"), QStringLiteral("lab")},
                               {QStringLiteral("startPageUrl"), QString::fromStdString(lab.startPageUrl())},
                               {QStringLiteral("tcTokenUrl"), QString::fromStdString(lab.tcTokenUrl())},
                               {QStringLiteral("selfAuthUrl"), QString::fromStdString(lab.selfAuthUrl())},
                               {QStringLiteral("cvca"), QString::fromStdString(cvca)}};
        writeLine(jsonLine(line));
    }
    else
    {
        const auto t = [language](Text which) { return std::string(text(which, language)); };
        std::printf("%s\n\n  start page: %s\n  tcToken:    %s\n  self-auth:  %s\n\n", t(Text::LabReady).c_str(), lab.startPageUrl().c_str(),
                    lab.tcTokenUrl().c_str(), lab.selfAuthUrl().c_str());
        std::printf("%s\n\n", t(Text::LabBrowser).c_str());
        if (!cvca.empty())
            std::printf("%s\n\n  eidkern self-auth '%s' --cvca %s --consent auto\n\n", t(Text::LabTry).c_str(), lab.selfAuthUrl().c_str(), cvca.c_str());
        std::printf("%s\n", t(Text::LabStop).c_str());
    }
    std::fflush(stdout);
}

static void list(Text title, const std::vector<LabVariant>& variants, Language language)
{
    std::printf("%s\n\n", std::string(text(title, language)).c_str());
    for (const auto& each : variants)
    {
        const auto about = language == Language::German ? each.german : each.english;
        std::printf("  %-21.*s%.*s\n", int(each.name.size()), each.name.data(), int(about.size()), about.data());
    }
}

ExitCode listVariants(Language language)
{
    list(Text::LabVariants, labVariants(), language);
    std::printf("\n");
    list(Text::LabTlsVariants, labTlsVariants(), language);
    return ExitCode::Success;
}

ExitCode lab(const LabSettings& settings, bool json, Language language)
{
    const auto lab = PublicLab::start(settings);
    if (!lab)
    {
        const bool taken = std::ranges::any_of(std::array{settings.eServicePort, settings.eidServerPort},
                                               [](auto port) { return port != 0 && portOwner(port); });
        return complain("the lab does not start: " + lab.error()), taken ? ExitCode::Port : ExitCode::Usage;
    }
    announce(**lab, json, language);
    QEventLoop loop;
    const Interrupt interrupt([&loop](int) { loop.quit(); });
    loop.exec();
    return ExitCode::Success;
}

} // namespace eidkern::cli
