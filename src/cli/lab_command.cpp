#include "cli/lab_command.h"

#include <QEventLoop>
#include <QJsonObject>
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/layout.h"
#include "cli/options.h"
#include "cli/printable.h"
#include "eidkern/lab.h"
#include "eidkern/port_owner.h"

namespace eidkern::cli
{

namespace
{

void announce(const PublicLab& lab, bool json, Language language)
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

void list(Text title, const std::vector<LabVariant>& variants, Language language)
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

ExitCode runLab(const LabSettings& settings, bool json, Language language)
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

} // namespace

void addLabCommand(CLI::App& app, ExitCode& result)
{
    struct Options
    {
        LabSettings lab;
        bool json = false, variantsOnly = false;
        Language language = Language::English;
    };
    const auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("lab", "run the test lab: an eService and an eID-Server on 127.0.0.1");
    command->add_option("--pki", options->lab.pkiFolder, "folder whose test PKI is used, and made if it is missing (default: a fresh one in memory)")
        ->type_name("DIR");
    command->add_option("--port", options->lab.eServicePort, "port of the eService (default: a free one)")->type_name("N")->check(CLI::Range(0, 65535));
    command->add_option("--eid-server-port", options->lab.eidServerPort, "port of the eID-Server (default: a free one)")
        ->type_name("N")
        ->check(CLI::Range(0, 65535));
    command->add_option("--client-port", options->lab.clientPort, "port of the eID client to which the start page leads")
        ->type_name("N")
        ->check(CLI::Range(1, 65535))
        ->capture_default_str();
    command->add_option("--require", options->lab.requiredRights, "rights that the service insists on, e.g. FamilyName,GivenNames")
        ->delimiter(',')
        ->type_name("RIGHTS")
        ->allow_extra_args(false);
    command->add_option("--offer", options->lab.optionalRights, "rights that the user may refuse")->delimiter(',')->type_name("RIGHTS")->allow_extra_args(false);
    command->add_option("--age", options->lab.requiredAge, "also verify that the holder is so old")->type_name("YEARS")->check(CLI::Range(1, 150));
    command->add_option("--transaction", options->lab.transactionInfo, "TransactionInfo to be shown to the user")->type_name("TEXT");
    command->add_option("--community", options->lab.communityId, "also verify that the holder lives there: the first digits of the community ID")
        ->type_name("HEX");
    command->add_option("--variant", options->lab.variants, "how the lab differs from the usual; --variants lists the names")
        ->delimiter(',')
        ->type_name("NAMES")
        ->allow_extra_args(false);
    command->add_option("--tls", options->lab.tls, "what a server shows in TLS, e.g. eid-server=rsa-2048; --variants lists the names")
        ->delimiter(',')
        ->type_name("SERVER=NAME")
        ->allow_extra_args(false);
    command->add_flag("--variants", options->variantsOnly, "only list the names for --variant and --tls");
    command->add_flag("--json", options->json, "say the addresses as one JSON object");
    addLanguage(*command, options->language);
    command->callback(
        [options, &result] { result = options->variantsOnly ? listVariants(options->language) : runLab(options->lab, options->json, options->language); });
}

} // namespace eidkern::cli
