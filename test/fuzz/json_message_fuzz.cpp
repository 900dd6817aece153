// libFuzzer: any bytes as the texts of messages, as services, cards and drivers give them. What leaves is JSON in valid UTF-8, is
// what Qt would write, and texts that were valid arrive unchanged.
#include <QJsonDocument>
#include <QJsonObject>

#include "contract/messages.h"
#include "fuzz.h"

using namespace eidkern;
using test::must;

static QJsonObject canonical(const std::string& text)
{
    const auto sent = QByteArray::fromStdString(text);
    must(sent.isValidUtf8());
    const auto document = QJsonDocument::fromJson(sent);
    must(document.isObject() && document.toJson(QJsonDocument::Compact) == sent);
    return document.object();
}

static void arrived(const std::string& text, const QJsonValue& value)
{
    const auto bytes = QByteArray::fromStdString(text);
    must(value.toString().isValidUtf16());
    if (bytes.isValidUtf8()) must(value.toString() == QString::fromUtf8(bytes));
    else must(value.toString().contains(QChar::ReplacementCharacter));
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string all(asText({data, size})), half = all.substr(0, size / 2);
    if (all.find("\xEF\xBB\xBF") != all.npos) return 0; // Qt drops a byte order mark at the front of any string
    const auto certificate = canonical(sdk::text(sdk::message::Certificate{.description = {.purpose = half, .termsOfUsage = all}}));
    arrived(half, certificate[QStringLiteral("description")].toObject()[QStringLiteral("purpose")]);
    arrived(all, certificate[QStringLiteral("description")].toObject()[QStringLiteral("termsOfUsage")]);
    arrived(all, canonical(sdk::text(sdk::message::Reader{.reader = {.card = sdk::CardInfo{}, .name = all}}))[QStringLiteral("name")]);
    const auto end = canonical(sdk::text(sdk::message::Auth{.result = sdk::WorkflowResult{.hints = {{half, all}}, .message = all}, .url = half}));
    arrived(half, end[QStringLiteral("url")]);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < size && i < sizeof bits; ++i) bits = bits << 8 | data[i];
    const auto rights = canonical(sdk::text(sdk::message::AccessRights{.chat = {.effective = Rights(bits)}, .transactionInfo = all}));
    arrived(all, rights[QStringLiteral("transactionInfo")]);
    return 0;
}
