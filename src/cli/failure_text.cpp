#include "cli/failure_text.h"

#include <QJsonArray>

#include "cli/exit_codes.h"
#include "cli/printable.h"

namespace eidkern::cli
{

QString q(std::string_view utf8) { return QString::fromUtf8(utf8.data(), qsizetype(utf8.size())); }

QJsonArray jsonList(std::span<const std::string_view> texts)
{
    QJsonArray all;
    for (const auto each : texts) all.append(q(each));
    return all;
}

std::string numbered(std::span<const std::string_view> texts)
{
    if (texts.size() == 1) return std::string(texts[0]);
    std::string lines;
    for (std::size_t i = 0; i < texts.size(); ++i) lines.append(i == 0 ? "" : "\n").append(std::to_string(i + 1)).append(". ").append(texts[i]);
    return lines;
}

std::string listed(std::span<const std::string_view> words)
{
    std::string all;
    for (const auto word : words) all.append(all.empty() ? "" : ", ").append(word);
    return all;
}

namespace
{

constexpr std::string_view origins[] = {"user", "card", "reader", "network", "service", "client"};
constexpr Texts originTexts[] = {{"Nutzer", "user"},  {"Ausweis", "card"},   {"Lesegerät", "reader"},
                                 {"Netz", "network"}, {"Dienst", "service"}, {"dieses Programm", "this program"}};

struct Rows
{
    Language language;
    std::vector<Row> rows = {};

    void add(const Texts& label, std::string value)
    {
        if (!value.empty()) rows.push_back({std::string(label.in(language)), std::move(value)});
    }
    void add(const Texts& label, const Texts& value) { add(label, std::string(value.in(language))); }
};

constexpr Texts cause{"Ursache", "Cause"}, hints{"Was Sie tun können", "What you can do"}, change{"Zuerst ändern muss sich", "Has to change first"},
    step{"Schritt", "Step"};

QJsonObject common(const FailureEntry& entry, Language language)
{
    return {{QStringLiteral("code"), q(entry.name)},
            {QStringLiteral("cause"), q(entry.cause(language))},
            {QStringLiteral("hints"), jsonList(entry.hints(language))},
            {QStringLiteral("hintIds"), jsonList(entry.hintIds)},
            {QStringLiteral("origin"), q(origins[std::size_t(entry.origin)])},
            {QStringLiteral("retry"), entry.retry},
            {QStringLiteral("changeFirst"), q(entry.changeId)}};
}

} // namespace

std::vector<Row> rowsOf(const Failure& failure, Language language)
{
    const auto& entry = describe(failure.code);
    std::string happened;
    if (!failure.state.empty()) happened = std::string(step.in(language)).append(" ").append(failure.state);
    for (const auto& [key, value] : failure.info)
        if (!value.empty()) happened.append(happened.empty() ? "" : "\n").append(printableLine(key + ": " + value));
    Rows all{language};
    all.add(cause, std::string(entry.cause(language)));
    all.add({"Was geschah", "What happened"}, happened);
    all.add(hints, numbered(entry.hints(language)));
    all.add(change, entry.change);
    return std::move(all.rows);
}

std::vector<Row> rowsOf(const FailureEntry& entry, Language language)
{
    Rows all{language};
    all.add(cause, std::string(entry.cause(language)));
    if (!entry.live) return std::move(all.rows);
    const Texts yes{"ja", "yes"}, no{"nein", "no"};
    all.add(hints, numbered(entry.hints(language)));
    all.add({"Wiederholen hilft", "Repeating helps"}, entry.retry ? yes : no);
    all.add(change, entry.change);
    all.add({"Welcher Code es ist", "Which code it is"}, entry.rule);
    const auto exit = (language == Language::German ? " (Exit-Code " : " (exit code ") + std::to_string(int(exitCode(entry.origin))) + ")";
    all.add({"Herkunft", "Origin"}, std::string(originTexts[std::size_t(entry.origin)].in(language)) + exit);
    all.add(step, std::string(entry.state));
    all.add({"An den eID-Server", "To the eID-Server"}, std::string(entry.minor));
    all.add({"Angaben", "Details"}, listed(entry.info));
    all.add({"Wartet auf", "Waits for"}, std::string(entry.waiting));
    all.add({"Kann nicht auftreten", "Cannot happen"}, entry.ruledOut);
    return std::move(all.rows);
}

QJsonObject jsonOf(const Failure& failure, Language language)
{
    auto object = common(describe(failure.code), language);
    object.insert(u"state", q(failure.state));
    QJsonObject info;
    for (const auto& [key, value] : failure.info) info.insert(q(key), q(value));
    object.insert(u"info", info);
    return object;
}

QJsonObject jsonOf(const FailureEntry& entry, Language language)
{
    auto object = common(entry, language);
    object.insert(u"live", entry.live);
    object.insert(u"addition", entry.addition);
    object.insert(u"exitCode", int(exitCode(entry.origin)));
    object.insert(u"states", QJsonArray::fromStringList(q(entry.state).split(QStringLiteral(", "), Qt::SkipEmptyParts)));
    object.insert(u"minor", q(entry.minor));
    object.insert(u"infoKeys", jsonList(entry.info));
    object.insert(u"change", q(entry.change.in(language)));
    object.insert(u"rule", q(entry.rule.in(language)));
    object.insert(u"waiting", q(entry.waiting));
    object.insert(u"ruledOut", q(entry.ruledOut.in(language)));
    return object;
}

} // namespace eidkern::cli
