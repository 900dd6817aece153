// The writing half of paos_codec.h. The prefixes are fixed: there are servers that compare xsi:type="iso:EAC1OutputType"
// without looking at namespaces.
#include <QXmlStreamWriter>
#include <array>

#include "core/version.h"
#include "network/paos_codec.h"

namespace eidkern::network
{

static constexpr auto api = "http://www.bsi.bund.de/ecard/api/1.1";
static constexpr auto protocol = "urn:oid:1.3.162.15480.3.0.14.2";
static constexpr auto eidApplication = "e80704007f00070302";

namespace
{

class Writer
{
public:
    struct Attribute
    {
        const char *name, *value;
    };

    template<typename F>
    void element(const char* name, std::initializer_list<Attribute> attributes, F children)
    {
        xml_.writeStartElement(QLatin1String(name));
        for (const auto& attribute : attributes) xml_.writeAttribute(QLatin1String(attribute.name), QLatin1String(attribute.value));
        children();
        xml_.writeEndElement();
    }
    template<typename F>
    void element(const char* name, F children)
    {
        element(name, {}, children);
    }
    void text(const char* name, std::string_view value)
    {
        xml_.writeTextElement(QLatin1String(name), QString::fromUtf8(value.data(), qsizetype(value.size())));
    }
    void hex(const char* name, ByteView value) { text(name, toHex(value)); }
    void optionalHex(const char* name, ByteView value)
    {
        if (!value.empty()) hex(name, value);
    }
    void characters(std::string_view value) { xml_.writeCharacters(QString::fromUtf8(value.data(), qsizetype(value.size()))); }

    template<typename Header, typename Body>
    std::string envelope(Header header, Body body)
    {
        xml_.writeStartDocument();
        element("soap:Envelope",
                {{"xmlns:soap", "http://schemas.xmlsoap.org/soap/envelope/"},
                 {"xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"},
                 {"xmlns:paos", "urn:liberty:paos:2006-08"},
                 {"xmlns:wsa", "http://www.w3.org/2005/03/addressing"},
                 {"xmlns:dss", "urn:oasis:names:tc:dss:1.0:core:schema"},
                 {"xmlns:ecard", api},
                 {"xmlns:iso", "urn:iso:std:iso-iec:24727:tech:schema"}},
                [&] {
                    element("soap:Header", header);
                    element("soap:Body", body);
                });
        xml_.writeEndDocument();
        return out_.toStdString();
    }

private:
    QByteArray out_;
    QXmlStreamWriter xml_{&out_};
};

void writeAddressing(Writer& w, const std::string& relatesTo, const std::string& messageId)
{
    w.element("wsa:ReplyTo", [&] { w.text("wsa:Address", "http://www.projectliberty.org/2006/02/role/paos"); });
    if (!relatesTo.empty()) w.text("wsa:RelatesTo", relatesTo);
    if (!messageId.empty()) w.text("wsa:MessageID", messageId);
}

void writeClientHeader(Writer& w, const paos::ClientMessage& message)
{
    w.element("paos:PAOS", {{"soap:mustUnderstand", "1"}, {"soap:actor", "http://schemas.xmlsoap.org/soap/actor/next"}}, [&] {
        w.text("paos:Version", "urn:liberty:paos:2006-08");
        w.element("paos:EndpointReference", [&] {
            w.text("paos:Address", "http://www.projectliberty.org/2006/01/role/paos");
            w.element("paos:MetaData", [&] { w.text("paos:ServiceType", "http://www.bsi.bund.de/ecard/api/1.1/PAOS/GetNextCommand"); });
        });
    });
    writeAddressing(w, message.relatesTo, message.messageId);
}

void writeResult(Writer& w, const paos::ResultOf& result)
{
    w.element("dss:Result", [&] {
        w.text("dss:ResultMajor", result.major);
        if (!result.minor.empty()) w.text("dss:ResultMinor", result.minor);
        if (!result.message.empty()) w.element("dss:ResultMessage", {{"xml:lang", "en"}}, [&] { w.characters(result.message); });
    });
}

void writeConnectionHandle(Writer& w)
{
    w.element("iso:ConnectionHandle", {{"xsi:type", "iso:ConnectionHandleType"}}, [&] {
        w.text("iso:CardApplication", eidApplication);
        w.text("iso:SlotHandle", "00");
    });
}

template<typename F>
void writeProtocolData(Writer& w, const char* type, F children)
{
    w.element("iso:AuthenticationProtocolData", {{"Protocol", protocol}, {"xsi:type", type}}, children);
}

template<typename F>
void writeDidAuthenticate(Writer& w, const char* type, F children)
{
    w.element("iso:DIDAuthenticate", [&] {
        writeConnectionHandle(w);
        w.text("iso:DIDName", "PIN");
        writeProtocolData(w, type, children);
    });
}

template<typename F>
void writeResponse(Writer& w, const char* name, const paos::ResultOf& result, F children)
{
    w.element(name, {{"Profile", api}}, [&] {
        writeResult(w, result);
        children();
    });
}

template<typename F>
void writeDidAuthenticateResponse(Writer& w, const paos::ResultOf& result, const char* type, F children)
{
    writeResponse(w, "iso:DIDAuthenticateResponse", result, [&] { writeProtocolData(w, type, children); });
}

struct ServerBodyWriter
{
    Writer& w;

    void operator()(const paos::InitializeFramework&) const
    {
        w.element("ecard:InitializeFramework", [] {});
    }
    void operator()(const paos::Eac1Input& in) const
    {
        writeDidAuthenticate(w, "iso:EAC1InputType", [&] {
            for (const auto type : in.acceptedEidTypes) w.text("iso:AcceptedEIDType", name(type));
            for (const auto& certificate : in.certificates) w.hex("iso:Certificate", certificate.whole);
            w.optionalHex("iso:CertificateDescription", in.descriptionDer);
            if (in.requiredRights) w.hex("iso:RequiredCHAT", encode(Chat::forTerminal(*in.requiredRights)));
            if (in.optionalRights) w.hex("iso:OptionalCHAT", encode(Chat::forTerminal(*in.optionalRights)));
            w.optionalHex("iso:AuthenticatedAuxiliaryData", in.auxiliaryDataTlv);
            if (!in.transactionInfo.empty()) w.text("iso:TransactionInfo", in.transactionInfo);
        });
    }
    void operator()(const paos::Eac2Input& in) const
    {
        writeDidAuthenticate(w, "iso:EAC2InputType", [&] {
            for (const auto& certificate : in.certificates) w.hex("iso:Certificate", certificate.whole);
            w.hex("iso:EphemeralPublicKey", in.ephemeralPublicKey);
            w.optionalHex("iso:Signature", in.signature);
        });
    }
    void operator()(const paos::EacAdditionalInput& in) const
    {
        writeDidAuthenticate(w, "iso:EACAdditionalInputType", [&] { w.hex("iso:Signature", in.signature); });
    }
    void operator()(const paos::Transmit& transmit) const
    {
        w.element("iso:Transmit", [&] {
            w.text("iso:SlotHandle", transmit.slotHandle);
            for (const auto& input : transmit.apdus)
                w.element("iso:InputAPDUInfo", [&] {
                    w.hex("iso:InputAPDU", input.apdu);
                    for (const auto& code : input.acceptableStatusCodes) w.hex("iso:AcceptableStatusCode", code);
                });
        });
    }
    void operator()(const paos::StartPaosResponse& response) const
    {
        w.element("iso:StartPAOSResponse", [&] { writeResult(w, response.result); });
    }
    void operator()(const paos::DidList&) const
    {
        w.element("iso:DIDList", [&] { writeConnectionHandle(w); });
    }
    void operator()(const paos::Disconnect&) const
    {
        w.element("iso:Disconnect", [&] { w.text("iso:SlotHandle", "00"); });
    }
};

std::array<std::string, 3> versionNumbers()
{
    std::array<std::string, 3> numbers{"0", "0", "0"};
    auto rest = core::version;
    for (auto& number : numbers)
    {
        const auto dot = rest.find('.');
        number = rest.substr(0, dot);
        rest = dot == std::string_view::npos ? std::string_view("0") : rest.substr(dot + 1);
    }
    return numbers;
}

struct ClientBodyWriter
{
    Writer& w;
    const paos::ResultOf& result;

    void operator()(const paos::StartPaos& start) const
    {
        w.element("iso:StartPAOS", [&] {
            w.text("iso:SessionIdentifier", start.sessionIdentifier);
            writeConnectionHandle(w);
            w.element("iso:UserAgent", [&] {
                const auto [major, minor, sub] = versionNumbers();
                w.text("iso:Name", "eidkern");
                w.text("iso:VersionMajor", major);
                w.text("iso:VersionMinor", minor);
                w.text("iso:VersionSubminor", sub);
            });
            w.element("iso:SupportedAPIVersions", [&] {
                w.text("iso:Major", "1");
                w.text("iso:Minor", "1");
                w.text("iso:Subminor", "5");
            });
        });
    }
    void operator()(const paos::InitializeFrameworkResponse&) const
    {
        writeResponse(w, "ecard:InitializeFrameworkResponse", result, [&] {
            w.element("ecard:Version", [&] {
                w.text("ecard:Major", "1");
                w.text("ecard:Minor", "1");
                w.text("ecard:SubMinor", "5"); // spelt differently from StartPAOS in the schemas
            });
        });
    }
    void operator()(const paos::Eac1Output& out) const
    {
        writeDidAuthenticateResponse(w, result, "iso:EAC1OutputType", [&] {
            w.hex("iso:CertificateHolderAuthorizationTemplate", encode(out.chat));
            for (const auto& car : out.certificationAuthorityReferences) w.text("iso:CertificationAuthorityReference", car);
            w.hex("iso:EFCardAccess", out.efCardAccess);
            w.hex("iso:IDPICC", out.idPicc);
            w.hex("iso:Challenge", out.challenge);
        });
    }
    void operator()(const paos::Eac2Output& out) const
    {
        writeDidAuthenticateResponse(w, result, "iso:EAC2OutputType", [&] {
            w.optionalHex("iso:EFCardSecurity", out.efCardSecurity);
            w.optionalHex("iso:AuthenticationToken", out.authenticationToken);
            w.optionalHex("iso:Nonce", out.nonce);
            w.optionalHex("iso:Challenge", out.challenge);
        });
    }
    void operator()(const paos::TransmitResponse& response) const
    {
        writeResponse(w, "iso:TransmitResponse", result, [&] {
            for (const auto& apdu : response.outputApdus) w.hex("iso:OutputAPDU", apdu);
        });
    }
    void operator()(const paos::Eac1Failed&) const
    {
        writeDidAuthenticateResponse(w, result, "iso:EAC1OutputType", [] {});
    }
    void operator()(const paos::Eac2Failed&) const
    {
        writeDidAuthenticateResponse(w, result, "iso:EAC2OutputType", [] {});
    }
    void operator()(const paos::InitializeFrameworkFailed&) const
    {
        writeResponse(w, "ecard:InitializeFrameworkResponse", result, [] {});
    }
    void operator()(const paos::DidListResponse&) const
    {
        writeResponse(w, "iso:DIDListResponse", result, [&] {
            if (result.isOk()) w.element("iso:DIDNameList", [&] { w.text("iso:DIDName", "PIN"); });
        });
    }
    void operator()(const paos::DisconnectResponse&) const
    {
        writeResponse(w, "iso:DisconnectResponse", result, [&] { w.text("iso:SlotHandle", "00"); });
    }
};

} // namespace

std::string encode(const paos::ServerMessage& message)
{
    Writer w;
    return w.envelope([&] { writeAddressing(w, {}, message.messageId); }, [&] { std::visit(ServerBodyWriter{w}, message.body); });
}

std::string encode(const paos::ClientMessage& message)
{
    Writer w;
    return w.envelope([&] { writeClientHeader(w, message); }, [&] { std::visit(ClientBodyWriter{w, message.result}, message.body); });
}

} // namespace eidkern::network
