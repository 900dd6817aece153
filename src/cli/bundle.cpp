#include "cli/bundle.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QRegularExpression>
#include <QSysInfo>
#include <cstdlib>
#include <map>
#include <pwd.h>
#include <unistd.h>

#include "cli/failure_text.h"
#include "eidkern/capabilities.h"
#include "eidkern/engine.h"

namespace eidkern::cli
{

Whereabouts whereabouts()
{
    Whereabouts who;
    if (const char* home = std::getenv("HOME")) who.home = home;
    if (const auto* entry = ::getpwuid(::geteuid())) who.user = entry->pw_name; // NOLINT(concurrency-mt-unsafe): the only thread that asks
    char host[256] = {};
    if (::gethostname(host, sizeof host - 1) == 0) who.host = host;
    return who;
}

static void replaceWord(QString& text, const std::string& word, const char* by)
{
    if (word.size() < 2 || word == "localhost" || word == "/") return;
    const QRegularExpression whole(QStringLiteral("(?<![\\w-])%1(?![\\w-])").arg(QRegularExpression::escape(QString::fromStdString(word))),
                                   QRegularExpression::UseUnicodePropertiesOption | QRegularExpression::CaseInsensitiveOption);
    text.replace(whole, QLatin1String(by));
}

std::string redacted(std::string_view given, const Whereabouts& who)
{
    auto text = q(given);
    replaceWord(text, who.home, "~");
    replaceWord(text, who.user, "USER");
    replaceWord(text, who.host, "HOST");
    static const QRegularExpression digits(QStringLiteral("[0-9]{6,}"));
    return text.replace(digits, QStringLiteral("#")).toStdString();
}

QJsonValue redacted(const QJsonValue& value, const Whereabouts& who)
{
    if (value.isString()) return q(redacted(value.toString().toStdString(), who));
    if (value.isArray())
    {
        QJsonArray all;
        for (const auto& each : value.toArray()) all.append(redacted(each, who));
        return all;
    }
    if (!value.isObject()) return value;
    const auto object = value.toObject();
    QJsonObject all;
    for (auto each = object.begin(); each != object.end(); ++each) all.insert(each.key(), redacted(each.value(), who));
    return all;
}

namespace
{

constexpr std::size_t mostLog = 1024 * 1024;
constexpr qsizetype longestValue = 160;

bool isOfTheLog(const QJsonObject& line) // as engine/json_log.h writes it, or sdk::Common::log, which knows no state
{
    static const QRegularExpression event(QStringLiteral("^[a-z]+\\.[a-z_]+$")),
        key(QStringLiteral("^[a-z][a-z0-9_]{0,31}$"), QRegularExpression::CaseInsensitiveOption);
    const auto what = line.value(u"log").toString();
    const bool placed = line.value(u"state").isString() || what.startsWith(QLatin1String("api."));
    if (!line.value(u"ms").isDouble() || !placed || !event.match(what).hasMatch()) return false;
    for (auto each = line.begin(); each != line.end(); ++each)
    {
        const bool text = each.value().isString() && each.value().toString().size() <= longestValue;
        if (each.key() != u"ms" && (!text || !key.match(each.key()).hasMatch())) return false;
    }
    return true;
}

class Services
{
public:
    QString nameOf(const QString& host)
    {
        static const QStringList ours{QStringLiteral("127.0.0.1"), QStringLiteral("::1"), QStringLiteral("localhost")};
        if (host.isEmpty() || ours.contains(host)) return host;
        return QStringLiteral("SERVICE-%1").arg(numbers_.try_emplace(host, int(numbers_.size()) + 1).first->second);
    }

private:
    std::map<QString, int> numbers_;
};

QJsonObject versions()
{
    return {{QStringLiteral("eidkern"), q(version())},
            {QStringLiteral("crypto"), q(cryptoLibrary())},
            {QStringLiteral("qt"), QString::fromLatin1(qVersion())},
            {QStringLiteral("system"), QSysInfo::prettyProductName()},
            {QStringLiteral("kernel"), QSysInfo::kernelType() + QLatin1Char(' ') + QSysInfo::kernelVersion()},
            {QStringLiteral("machine"), QSysInfo::currentCpuArchitecture()}};
}

QJsonObject settings() // which of the environment's are there; their values may be private
{
    QJsonObject all;
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "XDG_DATA_HOME", "NO_COLOR",
                             "PCSCLITE_CSOCK_NAME", "PCSCLITE_NO_BLOCKING", "OPENSSL_CONF", "QT_LOGGING_RULES"})
        if (std::getenv(name)) all.insert(QString::fromLatin1(name), QStringLiteral("set"));
    return all;
}

} // namespace

LogLines logLinesOf(std::string_view log)
{
    LogLines found;
    if (log.size() > mostLog)
    {
        log.remove_prefix(log.size() - mostLog);
        log.remove_prefix(std::min(log.find('\n'), log.size() - 1) + 1); // the rest of a line
        ++found.leftOut;
    }
    Services services;
    while (!log.empty())
    {
        const auto text = log.substr(0, log.find('\n'));
        log.remove_prefix(std::min(text.size() + 1, log.size()));
        if (text.empty()) continue;
        auto line = QJsonDocument::fromJson(QByteArray(text.data(), qsizetype(text.size()))).object();
        if (!isOfTheLog(line))
        {
            ++found.leftOut;
            continue;
        }
        if (line.contains(u"host")) line.insert(u"host", services.nameOf(line.value(u"host").toString()));
        found.lines.append(line);
    }
    return found;
}

QJsonObject bundleOf(const std::vector<Check>& checks, const LogLines& log, const Whereabouts& who)
{
    const QJsonObject all{{QStringLiteral("bundle"), 1},
                          {QStringLiteral("made"), QDateTime::currentDateTimeUtc().toString(Qt::ISODate)},
                          {QStringLiteral("versions"), versions()},
                          {QStringLiteral("environment"), settings()},
                          {QStringLiteral("doctor"), jsonOf(checks)},
                          {QStringLiteral("log"), log.lines},
                          {QStringLiteral("logLinesLeftOut"), log.leftOut}};
    return redacted(all, who).toObject();
}

} // namespace eidkern::cli
