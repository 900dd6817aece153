#include "cli/trust_command.h"

#include <QDate>
#include <QDateTime>
#include <QJsonObject>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <unistd.h>

#include "cli/failure_text.h"
#include "cli/files.h"
#include "cli/home.h"
#include "cli/nearest.h"
#include "cli/options.h"
#include "cli/printable.h"
#include "cli/trust_import.h"

namespace eidkern::cli
{

namespace
{

struct Options
{
    std::vector<std::string> words; // files, or what is to be removed
    bool production = false, test = false, json = false;
    std::string folder = usualTrustStore();
    Language language = Language::English;

    std::string in(const Texts& texts) const { return std::string(texts.in(language)); }
};

std::string today() { return QDateTime::currentDateTimeUtc().date().toString(Qt::ISODate).toStdString(); }

std::string_view stateOf(const CvcaCertificate& certificate)
{
    const auto day = today();
    return certificate.expiration < day ? "expired" : day < certificate.effective ? "not-yet-valid" : "valid";
}

QJsonObject jsonOf(const CvcaCertificate& certificate)
{
    return {{QStringLiteral("holder"), q(certificate.holder)},
            {QStringLiteral("authority"), q(certificate.authority)},
            {QStringLiteral("link"), certificate.isLink()},
            {QStringLiteral("effective"), q(certificate.effective)},
            {QStringLiteral("expiration"), q(certificate.expiration)},
            {QStringLiteral("fingerprint"), q(certificate.fingerprint)},
            {QStringLiteral("state"), q(stateOf(certificate))}};
}

std::string_view idOf(Pki pki) { return pki == Pki::Production ? "production" : "test"; }

std::string describe(const CvcaCertificate& certificate, Pki pki, const Options& options)
{
    auto text = options.in(pki == Pki::Production ? Texts{"Produktion", "production"} : Texts{"Test", "test"});
    if (certificate.isLink()) text += options.in({", Link von ", ", link from "}) + certificate.authority;
    text += ", " + certificate.effective + " – " + certificate.expiration;
    if (stateOf(certificate) == "expired") text += options.in({" (abgelaufen)", " (expired)"});
    if (stateOf(certificate) == "not-yet-valid") text += options.in({" (noch nicht gültig)", " (not valid yet)"});
    return text;
}

// import

QJsonObject jsonOf(const Finding& finding, Language language)
{
    static constexpr std::string_view verdicts[] = {"imported", "known", "passed-over", "refused"};
    auto object = finding.certificate ? jsonOf(*finding.certificate) : QJsonObject();
    object.insert(u"file", q(finding.file));
    object.insert(u"verdict", q(verdicts[std::size_t(finding.verdict)]));
    if (finding.pki) object.insert(u"pki", q(idOf(*finding.pki)));
    if (finding.reason.id.empty()) return object;
    object.insert(u"reason", q(finding.reason.id));
    object.insert(u"reasonText", q(language == Language::German ? finding.reason.german : finding.reason.english));
    return object;
}

Row rowOf(const Finding& finding, const Options& options)
{
    static constexpr Texts verdicts[] = {{"aufgenommen", "imported"}, {"schon da", "known"}, {"übergangen", "passed over"}, {"abgelehnt", "refused"}};
    auto text = options.in(verdicts[std::size_t(finding.verdict)]);
    if (!finding.reason.id.empty()) text += ": " + (options.language == Language::German ? finding.reason.german : finding.reason.english);
    else if (finding.certificate) text += ": " + describe(*finding.certificate, *finding.pki, options);
    const auto label = finding.certificate ? finding.certificate->holder : finding.file;
    return {printableLine(label), finding.certificate ? text + "\n" + finding.file : text};
}

ExitCode import(const Options& options)
{
    const auto store = trustStoreIn(options.folder);
    const auto chosen = options.production ? std::optional(Pki::Production) : options.test ? std::optional(Pki::Test) : std::nullopt;
    const auto findings = examine(options.words, chosen, store.all(), today());
    std::vector<Row> rows;
    bool refused = false, useful = false;
    for (const auto& each : findings)
    {
        const auto as = each.certificate && each.certificate->isLink() ? Kept::Link : each.pki == Pki::Production ? Kept::ProductionRoot : Kept::TestRoot;
        if (each.verdict == Verdict::Imported && !store.keep(each.certificate->whole, as)) return ExitCode::Internal;
        refused |= each.verdict == Verdict::Refused;
        useful |= each.verdict == Verdict::Imported || each.verdict == Verdict::Known;
        if (options.json) writeLine(jsonLine(jsonOf(each, options.language)));
        else rows.push_back(rowOf(each, options));
    }
    writeTable(rows);
    return refused || !useful ? ExitCode::Usage : ExitCode::Success;
}

// list, remove

struct Entry
{
    std::string name, fingerprint; // of what cannot be read: none
    QJsonObject json;
    Row row;
    std::string path;
};

std::vector<Entry> entriesOf(const std::vector<KeptCertificate>& kept, const Options& options)
{
    const auto trusted = trustedOf(kept);
    std::vector<Entry> entries;
    for (const auto& each : kept)
    {
        const auto verified = std::ranges::find(trusted, each.path, &Trusted::path);
        const auto certificate = readCvca(each.whole);
        Entry entry{.name = each.path, .fingerprint = {}, .json = {}, .row = {each.path, {}}, .path = each.path};
        if (certificate)
        {
            entry.name = entry.row.label = certificate->holder;
            entry.fingerprint = certificate->fingerprint;
            entry.json = jsonOf(*certificate);
        }
        if (verified != trusted.end())
        {
            entry.row.value = describe(verified->certificate, verified->pki, options) + "\n" + entry.fingerprint;
            entry.json.insert(u"pki", q(idOf(verified->pki)));
        }
        else if (certificate && certificate->isLink())
            entry.row.value = options.in({"Link von ", "link from "}) + certificate->authority
                            + options.in({"; keine Wurzel im Speicher beglaubigt es", "; no root in the store vouches for it"}) + "\n" + entry.fingerprint;
        else entry.row.value = options.in({"nicht benutzbar", "cannot be used"});
        entry.json.insert(u"verified", verified != trusted.end());
        entry.json.insert(u"path", q(each.path));
        entries.push_back(std::move(entry));
    }
    return entries;
}

ExitCode list(const Options& options)
{
    std::vector<Row> rows;
    for (const auto& entry : entriesOf(trustStoreIn(options.folder).all(), options))
    {
        if (options.json) writeLine(jsonLine(entry.json));
        else rows.push_back(entry.row);
    }
    writeTable(rows);
    if (rows.empty() && !options.json)
        writeLine(options.in({"Der Speicher ist leer. Vertrauensanker nimmt er auf mit: eidkern trust import DATEI --production (oder --test)",
                              "The store is empty. It takes trust anchors by: eidkern trust import FILE --production (or --test)"}));
    return ExitCode::Success;
}

ExitCode remove(const Options& options)
{
    const auto entries = entriesOf(trustStoreIn(options.folder).all(), options);
    for (const auto& word : options.words)
    {
        constexpr std::size_t shortest = 8; // digits of a fingerprint
        bool found = false;
        for (const auto& entry : entries)
        {
            if (entry.name != word && (word.size() < shortest || !entry.fingerprint.starts_with(word))) continue;
            found = true;
            if (::unlink(entry.path.c_str()) != 0 && errno != ENOENT) return complain(entry.path + ": " + std::strerror(errno)), ExitCode::Internal;
            if (options.json) writeLine(jsonLine(entry.json));
            else writeTable({{entry.row.label, options.in({"entfernt", "removed"}) + "\n" + entry.fingerprint}});
        }
        if (found) continue;
        return complainUnknown("certificate in the trust store", word, entries), ExitCode::Usage;
    }
    return ExitCode::Success;
}

} // namespace

void addTrustCommand(CLI::App& app, ExitCode& result)
{
    auto* trust = app.add_subcommand("trust", "the roots that services are checked by: this user's own trust store")->require_subcommand(1);
    const auto add = [&](const char* name, const char* about, ExitCode (*run)(const Options&)) {
        const auto options = std::make_shared<Options>();
        auto* command = trust->add_subcommand(name, about);
        command->add_option("--trust-store", options->folder, "another folder than " + options->folder)->type_name("DIR");
        command->add_flag("--json", options->json, "one JSON object per certificate and line");
        addLanguage(*command, options->language);
        command->callback([options, run, &result] { result = run(*options); });
        return std::pair(command, options);
    };
    const auto [importing, importOptions] = add("import", "verify CVCA certificates and keep them", import);
    importing->add_option("FILE", importOptions->words, "certificate (binary, hex or Base64), folder, or config.json of the AusweisApp")->required();
    auto* production = importing->add_flag("--production", importOptions->production, "they are of the PKI of real people; of config.json: only these");
    importing->add_flag("--test", importOptions->test, "they are of a test PKI; of config.json: only these")->excludes(production);
    add("list", "what is in the store", list);
    const auto [removing, removeOptions] = add("remove", "take certificates out of the store", remove);
    removing->add_option("NAME", removeOptions->words, "holder, e.g. DETESTeID00005, or at least 8 digits of the fingerprint")->required();
}

} // namespace eidkern::cli
