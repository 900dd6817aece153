#include "cli/return_code_commands.h"

#include <QJsonArray>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

#include "cli/explain.h"
#include "cli/failure_text.h"
#include "cli/files.h"
#include "cli/nearest.h"
#include "cli/printable.h"
#include "eidkern/return_codes.h"

namespace eidkern::cli
{

namespace
{

// "0x80100069", "2148532329" or "-2146434967", which is the same as a signed number. Nothing: no number of 32 bits.
std::optional<std::uint32_t> numberOf(std::string_view text)
{
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    const auto digits = hex ? text.substr(2) : text;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, hex ? 16 : 10);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    if (!whole || number > std::int64_t(UINT32_MAX) || number < (hex ? 0 : std::int64_t(INT32_MIN))) return {};
    return std::uint32_t(number);
}

std::string hex(std::uint32_t value)
{
    char text[11];
    std::snprintf(text, sizeof text, "0x%08X", unsigned(value));
    return text;
}

void write(const QJsonObject& object) { writeLine(jsonLine(object)); }

void write(std::string_view name, std::uint32_t value, const std::vector<Row>& rows)
{
    const bool negative = std::int32_t(value) < 0;
    const auto asSigned = negative ? ", " + std::to_string(std::int32_t(value)) : std::string();
    writeExplained(std::string(name), "  " + hex(value) + "  (" + std::to_string(value) + asSigned + ")", rows);
}

QJsonObject numberJson(std::string_view name, std::uint32_t value)
{
    return {{QStringLiteral("name"), q(name)},
            {QStringLiteral("value"), q(hex(value))},
            {QStringLiteral("unsigned"), qint64(value)},
            {QStringLiteral("signed"), qint64(std::int32_t(value))}};
}

// SCARD_*

QJsonObject jsonOf(const ScardCode& code, Language language)
{
    QJsonObject failures;
    for (const auto& each : code.failures) failures.insert(q(each.phase), q(name(each.code)));
    QJsonArray hints, hintIds;
    for (const auto& each : code.hints)
    {
        hints.append(q(each.text.in(language)));
        hintIds.append(q(each.id));
    }
    auto object = numberJson(code.name, code.value);
    object.insert(u"meaning", q(code.meaning.in(language)));
    object.insert(u"severity", q(code.severity));
    object.insert(u"pcscLite", q(code.pcscLite));
    object.insert(u"pcscLiteValue", q(hex(code.pcscLiteValue)));
    object.insert(u"transient", code.transient);
    object.insert(u"retry", q(code.retry.id));
    object.insert(u"retryText", q(code.retry.text.in(language)));
    object.insert(u"operations", jsonList(code.operations));
    object.insert(u"failures", failures);
    object.insert(u"hints", hints);
    object.insert(u"hintIds", hintIds);
    return object;
}

Texts severityOf(const ScardCode& code)
{
    if (code.severity == "fatal") return {"schwerer Fehler", "fatal error"};
    if (code.severity == "error") return {"Fehler", "error"};
    if (code.severity == "warning") return {"Warnung", "warning"};
    if (code.severity == "informational") return {"Hinweis", "information"};
    return {"Erfolg", "success"};
}

std::string pcscLiteText(const ScardCode& code, Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    std::string text;
    if (code.pcscLite == "returned") text = in({"gibt diesen Code zurück", "returns this code"});
    else if (code.pcscLite == "defined") text = in({"kennt den Namen, gibt den Code aber nie zurück", "knows the name but never returns the code"});
    else text = in({"kennt diesen Code nicht", "does not know this code"});
    if (code.pcscLiteValue != code.value) text += in({", mit der Nummer ", ", with the number "}) + hex(code.pcscLiteValue);
    if (!code.pcscLiteName.empty()) text += in({"; Schreibweise: ", "; spelling: "}) + std::string(code.pcscLiteName);
    return text + ".";
}

std::vector<Row> rowsOf(const ScardCode& code, Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    std::vector<std::string_view> hints;
    for (const auto& each : code.hints) hints.push_back(each.text.in(language));
    std::string failures;
    for (const auto& each : code.failures)
        failures.append(failures.empty() ? "" : "\n").append(each.phase).append(": ").append(name(each.code)).append(" – ").append(in(each.text));
    std::vector<Row> rows{{in({"Bedeutung", "Meaning"}), in(code.meaning)},
                          {in({"Schwere", "Severity"}), in(severityOf(code))},
                          {in({"Vorübergehend", "Transient"}), in(code.transient ? Texts{"ja", "yes"} : Texts{"nein", "no"})},
                          {in({"Im Programm", "In a program"}), in(code.retry.text)}};
    if (!hints.empty()) rows.push_back({in({"Was Sie tun können", "What you can do"}), numbered(hints)});
    rows.push_back({in({"Bei", "From"}), listed(code.operations)});
    rows.push_back({"pcsc-lite", pcscLiteText(code, language)});
    rows.push_back({in({"In einem Ablauf", "In a workflow"}), failures.empty() ? in({"kein Fehlercode.", "no failure code."}) : failures});
    return rows;
}

ExitCode scard(const ExplainOptions& options)
{
    std::vector<const ScardCode*> found;
    const auto number = numberOf(options.code);
    if (number) found = scardCodes(*number);
    else if (const auto* code = scardCode(options.code)) found = {code};
    if (options.code.empty())
        for (const auto& each : scardCodes()) found.push_back(&each);
    if (found.empty())
    {
        if (number) return complain(scardText(*number) + " is not a known return code of PC/SC"), ExitCode::Usage;
        return complainUnknown("return code of PC/SC", options.code, scardCodes()), ExitCode::Usage;
    }
    for (const auto* code : found)
    {
        if (options.json) write(jsonOf(*code, options.language));
        else if (options.code.empty()) writeLine(hex(code->value) + "  " + std::string(code->name));
        else write(code->name, code->value, rowsOf(*code, options.language));
    }
    return ExitCode::Success;
}

// CKR_*

struct CkrOrder
{
    std::vector<std::string_view> groups, before, after, alike;
};

CkrOrder orderOf(const CkrCode& code) // within its groups and pairs
{
    CkrOrder order;
    const auto place = [&](std::string_view other) {
        if (ckrComesFirst(code.name, other)) order.before.push_back(other);
        if (ckrComesFirst(other, code.name)) order.after.push_back(other);
    };
    for (const auto& group : ckrGroups())
    {
        if (std::ranges::find(group.codes, code.name) == group.codes.end()) continue;
        order.groups.push_back(group.what.id);
        for (const auto other : group.codes) place(other);
    }
    for (const auto& [first, then] : ckrPairs())
    {
        if (first == code.name) order.before.push_back(then);
        if (then == code.name) order.after.push_back(first);
    }
    for (const auto& list : ckrAlike())
        if (std::ranges::find(list, code.name) != list.end()) std::ranges::remove_copy(list, std::back_inserter(order.alike), code.name);
    return order;
}

QJsonObject jsonOf(const CkrCode& code, std::uint32_t value, Language language)
{
    const auto order = orderOf(code);
    auto object = numberJson(code.name, value);
    object.insert(u"meaning", q(code.meaning.in(language)));
    object.insert(u"only", jsonList(code.only));
    object.insert(u"groups", jsonList(order.groups));
    object.insert(u"comesBefore", jsonList(order.before));
    object.insert(u"comesAfter", jsonList(order.after));
    object.insert(u"alike", jsonList(order.alike));
    return object;
}

std::vector<Row> rowsOf(const CkrCode& code, Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    const auto order = orderOf(code);
    std::vector<Row> rows{{in({"Bedeutung", "Meaning"}), in(code.meaning)}};
    const auto add = [&](const Texts& label, const std::string& value) {
        if (!value.empty()) rows.push_back({in(label), value});
    };
    add({"Nur bei", "Only from"}, listed(code.only));
    for (const auto& group : ckrGroups())
        if (std::ranges::find(order.groups, group.what.id) != order.groups.end()) add({"Wo", "Where"}, in(group.what.text));
    add({"Geht vor", "Comes before"}, listed(order.before));
    add({"Steht zurück hinter", "Comes after"}, listed(order.after));
    add({"Ebenso zu behandeln", "To be treated like"}, listed(order.alike));
    return rows;
}

ExitCode ckr(const ExplainOptions& options)
{
    if (options.code.empty())
    {
        for (const auto& each : ckrCodes())
            options.json ? write(jsonOf(each, each.value, options.language)) : writeLine(hex(each.value) + "  " + std::string(each.name));
        return ExitCode::Success;
    }
    const auto number = numberOf(options.code);
    const auto* code = number ? ckrCode(*number) : ckrCode(options.code);
    if (!code && number) return complain(hex(*number) + " is not a known return value of PKCS#11"), ExitCode::Usage;
    if (!code) return complainUnknown("return value of PKCS#11", options.code, ckrCodes()), ExitCode::Usage;
    const auto value = number.value_or(code->value); // the vendor's own values keep theirs
    if (options.json) write(jsonOf(*code, value, options.language));
    else write(code->name, value, rowsOf(*code, options.language));
    return ExitCode::Success;
}

} // namespace

void addReturnCodeCommands(CLI::App& app, ExitCode& result)
{
    addExplainCommand(app, "scard", "explain a return code of PC/SC, or list them all", "name or number, e.g. SCARD_W_REMOVED_CARD, 0x80100069 or -2146434967",
                      scard, result);
    addExplainCommand(app, "ckr", "explain a return value of PKCS#11, or list them all", "name or number, e.g. CKR_PIN_INCORRECT or 0xA0", ckr, result);
}

} // namespace eidkern::cli
