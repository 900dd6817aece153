#include "cli/doctor_command.h"

#include <QDateTime>
#include <QJsonDocument>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "cli/bundle.h"
#include "cli/failure_text.h"
#include "cli/files.h"
#include "cli/layout.h"
#include "cli/options.h"
#include "cli/printable.h"
#include "eidkern/readers.h"

namespace eidkern::cli
{

namespace
{

struct Options : DoctorOptions
{
    bool json = false;
    std::string file, log; // of bundle; no log named: that of the service

    std::string in(const Texts& texts) const { return std::string(texts.in(language)); }
};

void write(const std::vector<Check>& checks, const Options& options)
{
    static constexpr Texts words[] = {{"gut", "ok"}, {"Hinweis", "warning"}, {"Fehler", "FAILED"}};
    static constexpr const char* styles[] = {"32", "33", "31;1"};
    std::size_t labels = 0;
    for (const auto& each : checks) labels = std::max(labels, columns(each.label));
    const auto indent = labels + 13, width = terminalWidth() - std::min(terminalWidth() / 2, indent);
    const auto writeAt = [&](std::string start, const std::string& text) { // its further lines begin below the first one
        for (const auto& piece : wrapped(printable(text), width))
        {
            writeLine(start + piece);
            start = std::string(indent, ' ');
        }
    };
    for (const auto& each : checks)
    {
        const auto word = options.in(words[std::size_t(each.health)]);
        writeAt("  " + styled(styles[std::size_t(each.health)], word, colours()) + std::string(9 - columns(word), ' ') + each.label
                    + std::string(labels - columns(each.label) + 2, ' '),
                each.says);
        if (!each.next.empty()) writeAt(std::string(indent, ' '), "→ " + each.next);
    }
}

// A thread that pcscd or another program holds must not meet our static destructors, and is not waited for either.
ExitCode leave(ExitCode code)
{
    std::fflush(nullptr);
    if (!finishPcsc(std::chrono::milliseconds(50))) std::_Exit(int(code));
    return code;
}

ExitCode doctor(const Options& options)
{
    const auto checks = examineMachine(options);
    if (options.json) writeLine(jsonLine(jsonOf(checks)));
    else write(checks, options);
    return leave(exitCodeOf(checks));
}

std::optional<std::string> endOf(const std::string& path) // of a log: its last MiB and a bit. Nothing: errno says why
{
    constexpr std::int64_t most = 1024 * 1024 + 1;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
    if (!file) return {};
    if (std::fseek(file.get(), 0, SEEK_END) == 0) std::fseek(file.get(), std::max<long>(0, std::ftell(file.get()) - most), SEEK_SET);
    std::string content(std::size_t(most), '\0');
    content.resize(std::fread(content.data(), 1, content.size(), file.get()));
    if (std::ferror(file.get())) return {};
    return content;
}

std::optional<std::string> logFor(const Options& options) // nothing: it has been said what is wrong
{
    if (options.log == "none") return "";
    if (options.log.empty()) return endOf(usualLog() + ".1").value_or("") + endOf(usualLog()).value_or("");
    auto log = endOf(options.log);
    if (!log) complain("--log " + options.log + ": " + std::strerror(errno));
    return log;
}

ExitCode bundle(const Options& options)
{
    const auto log = logFor(options);
    if (!log) return ExitCode::Usage;
    const auto path = !options.file.empty() ? options.file
                                            : "eidkern-bundle-" + QDateTime::currentDateTimeUtc().toString(u"yyyyMMdd-HHmmss").toStdString() + ".json";
    const auto content = QJsonDocument(bundleOf(examineMachine(options), logLinesOf(*log), whereabouts())).toJson();
    if (!writeNewFile(AT_FDCWD, path, {reinterpret_cast<const std::uint8_t*>(content.constData()), std::size_t(content.size())}))
        return leave((complain(path + ": " + std::strerror(errno)), ExitCode::Usage));
    if (options.json) writeLine(jsonLine({{QStringLiteral("event"), QStringLiteral("bundle")}, {QStringLiteral("file"), q(path)}}));
    else
        writeLine(printableLine(path) + ": "
                  + options.in({"geschrieben. Lesen Sie es, bevor Sie es weitergeben; es ist Text.", "written. Read it before you pass it on; it is text."}));
    return leave(ExitCode::Success);
}

} // namespace

void addDoctorCommands(CLI::App& app, ExitCode& result)
{
    const auto add = [&](const char* name, const char* about, ExitCode (*run)(const Options&)) {
        const auto options = std::make_shared<Options>();
        auto* command = app.add_subcommand(name, about);
        command->add_option("--port", options->port, "port where browsers look for the eID client")
            ->type_name("N")
            ->check(CLI::Range(1, 65535))
            ->capture_default_str();
        command->add_option("--trust-store", options->trustStore, "another trust store than " + options->trustStore)->type_name("DIR");
        addLanguage(*command, options->language);
        command->callback([options, run, &result] { result = run(*options); });
        return std::pair(command, options);
    };
    const auto [doctorCommand, doctorOptions] = add("doctor", "why does it not work: looks at readers, card, port, trust anchors, clock, TLS", doctor);
    doctorCommand->add_flag("--json", doctorOptions->json, "as one JSON object");
    const auto [bundleCommand, bundleOptions] = add("bundle", "write what doctor finds, versions and a log into one file for those who help", bundle);
    bundleCommand->add_option("FILE", bundleOptions->file, "new file (default: eidkern-bundle-DATE.json, here)");
    bundleCommand
        ->add_option("--log", bundleOptions->log, "log of the login that failed, as its own --log FILE has written it (default: that of eidkern serve)")
        ->type_name("FILE|none");
    bundleCommand->add_flag("--json", bundleOptions->json, "say the file's name as one JSON object");
}

} // namespace eidkern::cli
