#include "network/tc_token_codec.h"

#include <QXmlStreamWriter>
#include <openssl/crypto.h>

#include "network/xml_tree.h"

namespace eidkern::network
{

static void wipe(XmlElement& element) // the copies inside Qt's XML reader cannot be reached
{
    OPENSSL_cleanse(element.text.data(), element.text.size());
    for (auto& child : element.children) wipe(child);
}

std::optional<TcToken> parseTcToken(std::string_view xml)
{
    auto root = parseXml(xml);
    if (!root || root->name != "TCTokenType") return {};
    bool bad = false;
    XmlFields fields(*root, bad);
    const auto text = [&](std::string_view name) -> std::optional<std::string> {
        const auto* found = fields.atMostOne(name);
        return found ? std::optional(found->text) : std::nullopt;
    };
    TcToken token;
    token.serverAddress = text("ServerAddress");
    token.sessionIdentifier = text("SessionIdentifier");
    token.refreshAddress = text("RefreshAddress");
    token.communicationErrorAddress = text("CommunicationErrorAddress");
    token.binding = text("Binding");
    token.pathSecurityProtocol = text("PathSecurity-Protocol");
    if (const auto* parameters = fields.atMostOne("PathSecurity-Parameters"))
        if (const auto* psk = XmlFields(*parameters, bad).atMostOne("PSK")) token.psk.emplace(psk->text);
    wipe(*root);
    if (bad) return {};
    return token;
}

std::string encode(const TcToken& token)
{
    QByteArray out;
    QXmlStreamWriter writer(&out);
    const auto write = [&](const char* name, const auto& value) {
        if (value) writer.writeTextElement(QLatin1String(name), QString::fromStdString(*value));
    };
    writer.writeStartDocument();
    writer.writeStartElement("TCTokenType");
    write("ServerAddress", token.serverAddress);
    write("SessionIdentifier", token.sessionIdentifier);
    write("RefreshAddress", token.refreshAddress);
    write("CommunicationErrorAddress", token.communicationErrorAddress);
    write("Binding", token.binding);
    write("PathSecurity-Protocol", token.pathSecurityProtocol);
    if (token.psk)
    {
        writer.writeStartElement("PathSecurity-Parameters");
        const auto hex = token.psk->text();
        writer.writeTextElement("PSK", QString::fromUtf8(hex.data(), qsizetype(hex.size())));
        writer.writeEndElement();
    }
    writer.writeEndDocument();
    return out.toStdString();
}

} // namespace eidkern::network
