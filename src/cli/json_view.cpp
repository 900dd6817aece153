// One JSON object per line and event; the last line is the result.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "cli/failure_text.h"
#include "cli/printable.h"
#include "cli/view.h"

namespace eidkern::cli
{

namespace
{

template<typename List>
QJsonArray array(const List& texts)
{
    QJsonArray all;
    for (const auto& each : texts) all.append(q(each));
    return all;
}

class JsonView final : public View
{
public:
    explicit JsonView(Language language) : language_(language) {}

    void show(const StateEntered& e) override { write("state", {{QStringLiteral("state"), q(e.state)}, {QStringLiteral("percent"), e.percent}}); }

    void show(const RightsAsked& e) override
    {
        QJsonObject service{{QStringLiteral("name"), q(e.service.name)},
                            {QStringLiteral("url"), q(e.service.url)},
                            {QStringLiteral("issuerName"), q(e.service.issuerName)},
                            {QStringLiteral("issuerUrl"), q(e.service.issuerUrl)},
                            {QStringLiteral("purpose"), q(e.service.purpose)},
                            {QStringLiteral("validFrom"), q(e.service.validFrom)},
                            {QStringLiteral("validUntil"), q(e.service.validUntil)}};
        if (e.service.termsFormat != TermsFormat::PlainText)
        {
            service.insert(u"termsFormat", q(e.service.termsFormat == TermsFormat::Html ? "text/html" : "application/pdf"));
            service.insert(u"terms", QString::fromLatin1(QByteArray::fromStdString(e.service.terms).toBase64()));
        }
        QJsonObject line{{QStringLiteral("service"), service}, {QStringLiteral("required"), array(e.required)}, {QStringLiteral("optional"), array(e.optional)}};
        if (e.requiredAge) line.insert(u"requiredAge", *e.requiredAge);
        if (!e.communityId.empty()) line.insert(u"communityId", q(e.communityId));
        if (!e.transactionInfo.empty()) line.insert(u"transactionInfo", q(e.transactionInfo));
        write("rights", line);
    }

    void show(const PasswordAsked& e) override { writePassword("password", e); }
    void show(const PasswordWantedAtReader& e) override { writePassword("passwordAtReader", e); }
    void show(const NewPinAsked&) override { write("newPin", {{QStringLiteral("digits"), 6}}); }
    void show(const NewPinWantedAtReader&) override { write("newPinAtReader", {{QStringLiteral("digits"), 6}}); }
    void show(const ReaderStillWaits&) override { write("readerStillWaits", {{QStringLiteral("cancelAtReader"), true}}); }

    void show(const CardWanted& e) override { write("cardWanted", {{QStringLiteral("anotherType"), e.anotherType}}); }

    void show(const CardFound& e) override
    {
        write("card", {{QStringLiteral("reader"), q(e.reader)},
                       {QStringLiteral("type"), q(e.type)},
                       {QStringLiteral("triesLeft"), e.triesLeft},
                       {QStringLiteral("deactivated"), e.deactivated}});
    }

    void show(const LinkCertificateLearned& e) override
    {
        const QByteArray bytes(reinterpret_cast<const char*>(e.certificate.data()), qsizetype(e.certificate.size()));
        write("linkCertificate", {{QStringLiteral("certificate"), QString::fromLatin1(bytes.toHex())}});
    }

    void show(const WorkflowFinished& e) override
    {
        QJsonObject line{{QStringLiteral("ok"), !e.failure}};
        if (!e.browserLocation.empty()) line.insert(u"location", q(e.browserLocation));
        if (!e.ownData.empty())
            line.insert(u"data", QJsonDocument::fromJson(QByteArray::fromRawData(e.ownData.text().data(), qsizetype(e.ownData.size()))).object());
        const auto failure = e.failure ? jsonOf(*e.failure, language_) : QJsonObject();
        for (auto each = failure.begin(); each != failure.end(); ++each) line.insert(each.key(), each.value());
        write("result", line);
    }

    void listening(std::uint16_t port, bool ipv6) override
    {
        write("listening", {{QStringLiteral("port"), int(port)},
                            {QStringLiteral("ipv6"), ipv6},
                            {QStringLiteral("url"), QStringLiteral("http://127.0.0.1:%1/eID-Client").arg(port)}});
    }

    void say(std::string_view) override {}

private:
    static void writePassword(const char* event, const auto& e)
    {
        const auto* name = e.password == Password::Can ? "CAN" : e.password == Password::Puk ? "PUK" : "PIN";
        write(event, {{QStringLiteral("password"), q(name)}, {QStringLiteral("triesLeft"), e.triesLeft}, {QStringLiteral("wrongBefore"), e.wrongBefore}});
    }

    static void write(const char* event, const QJsonObject& line) // "event" first, for those who read along
    {
        writeLine("{\"event\":\"" + std::string(event) + "\"," + jsonLine(line).substr(1));
    }

    Language language_;
};

} // namespace

std::unique_ptr<View> jsonView(Language language) { return std::make_unique<JsonView>(language); }

} // namespace eidkern::cli
