#include "cli/lab_command.h"

#include <QEventLoop>
#include <QJsonDocument>
#include <QJsonObject>
#include <cstdio>

#include "cli/files.h"
#include "cli/interrupt.h"

namespace eidkern::cli
{

static void announce(const PublicLab& lab, const LabSettings& settings, bool json, Language language)
{
    const auto cvca = settings.pkiFolder.empty() ? std::string() : settings.pkiFolder + "/cvca.cvcert";
    if (json)
    {
        const QJsonObject line{{QStringLiteral("event"), QStringLiteral("lab")},
                               {QStringLiteral("tcTokenUrl"), QString::fromStdString(lab.tcTokenUrl())},
                               {QStringLiteral("selfAuthUrl"), QString::fromStdString(lab.selfAuthUrl())},
                               {QStringLiteral("cvca"), QString::fromStdString(cvca)}};
        std::printf("%s\n", QJsonDocument(line).toJson(QJsonDocument::Compact).constData());
    }
    else
    {
        const auto t = [language](Text which) { return std::string(text(which, language)); };
        std::printf("%s\n\n  tcToken:    %s\n  self-auth:  %s\n\n", t(Text::LabReady).c_str(), lab.tcTokenUrl().c_str(), lab.selfAuthUrl().c_str());
        if (!cvca.empty())
            std::printf("%s\n\n  eidkern self-auth '%s' --cvca %s --consent auto\n\n", t(Text::LabTry).c_str(), lab.selfAuthUrl().c_str(), cvca.c_str());
        std::printf("%s\n", t(Text::LabStop).c_str());
    }
    std::fflush(stdout);
}

ExitCode lab(const LabSettings& settings, bool json, Language language)
{
    const auto lab = PublicLab::start(settings);
    if (!lab) return complain("the lab does not start: " + lab.error()), ExitCode::Usage;
    announce(**lab, settings, json, language);
    QEventLoop loop;
    const Interrupt interrupt([&loop](int) { loop.quit(); });
    loop.exec();
    return ExitCode::Success;
}

} // namespace eidkern::cli
