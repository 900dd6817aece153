// libFuzzer: any bytes as a command. Whatever is taken, Qt's parser takes too (but for numbers beyond a double), and both read the same; every answer is JSON.
#include <QJsonDocument>
#include <QJsonObject>
#include <map>

#include "contract/command.h"
#include "contract/json_reader.h"
#include "fuzz.h"

using namespace eidkern;
using test::must;

static QJsonDocument documentOf(std::string_view text, QJsonParseError& error)
{
    return QJsonDocument::fromJson(QByteArray(text.data(), qsizetype(text.size())), &error);
}

static QJsonObject objectOf(std::string_view text)
{
    QJsonParseError error;
    const auto document = documentOf(text, error);
    must(error.error == QJsonParseError::NoError && document.isObject());
    return document.object();
}

// Of texts without half surrogates, which become U+FFFD here and stay halves in Qt.
static void sameTexts(const QJsonObject& qt, std::string_view text)
{
    std::map<std::string, std::string> last;
    for (sdk::json::Entries entries(sdk::json::parse(text).value()); const auto entry = entries.next();)
        last[*entry->key->string()] = entry->value.string().value_or(std::string());
    for (const auto& [key, value] : last)
        if (const auto theirs = qt.value(QString::fromStdString(key)).toString(); theirs.isValidUtf16() && key.find("\xEF\xBF\xBD") == key.npos)
            must(theirs.toStdString() == value);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = asText({data, size});
    if (text.find("\xEF\xBB\xBF", 3) != text.npos) return 0; // Qt drops a byte order mark at the front of any string
    QJsonParseError error;
    documentOf(text, error);
    if (error.error == QJsonParseError::IllegalNumber) return 0; // Qt has no 1e400, neither in what comes nor in the answer that repeats it
    for (const int level : {1, 3})
    {
        const auto command = sdk::parse(text, level);
        if (!command)
        {
            const auto refused = objectOf(command.error()).value(QStringLiteral("msg")).toString();
            must(refused == QLatin1String("INVALID") || refused == QLatin1String("UNKNOWN_COMMAND"));
            continue;
        }
        const auto qt = objectOf(text);
        must(qt.value(QStringLiteral("cmd")).toString().toStdString() == sdk::name(command->name()));
        const auto answer = objectOf(sdk::text(sdk::message::BadState{.error = std::string(sdk::name(command->name())), .request = command->request}));
        must(answer.value(QStringLiteral("request")) == qt.value(QStringLiteral("request")));
        sameTexts(qt, text);
    }
    return 0;
}
