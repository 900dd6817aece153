// The reading half of paos_codec.h.
#include <algorithm>
#include <array>

#include "network/paos_codec.h"
#include "network/xml_tree.h"

namespace eidkern::network
{

static constexpr std::size_t mostCertificates = 64;

namespace
{

using ServerResult = std::optional<paos::ServerBody>;
using ClientResult = std::optional<paos::ClientBody>;

struct Message
{
    const XmlElement* body; // the one child of soap:Body
    std::string messageId, relatesTo;
};

std::optional<Message> unwrap(const XmlElement& envelope)
{
    if (envelope.name != "Envelope") return {};
    bool bad = false;
    XmlFields fields(envelope, bad);
    Message message{};
    if (const auto* header = fields.atMostOne("Header"))
    {
        XmlFields blocks(*header, bad);
        message.messageId = blocks.text("MessageID");
        message.relatesTo = blocks.text("RelatesTo");
    }
    const auto& body = fields.one("Body");
    if (bad || body.children.size() != 1) return {};
    message.body = &body.children.front();
    return message;
}

paos::ResultOf resultIn(XmlFields& fields, bool& bad)
{
    XmlFields result(fields.one("Result"), bad);
    return {result.text("ResultMajor"), result.text("ResultMinor"), result.text("ResultMessage")};
}

// --- what the server says

std::vector<CvCertificate> certificatesIn(XmlFields& fields, bool& bad)
{
    std::vector<CvCertificate> certificates;
    const auto encoded = fields.allHex("Certificate");
    if (encoded.size() > mostCertificates) bad = true;
    for (const auto& bytes : encoded)
    {
        if (bad) break;
        auto certificate = parseCvc(bytes);
        if (certificate) certificates.push_back(std::move(*certificate));
        else bad = true;
    }
    return certificates;
}

std::vector<EidType> acceptedEidTypesIn(const XmlFields& fields, bool& bad)
{
    static constexpr std::array known{EidType::CardCertified, EidType::SeCertified, EidType::SeEndorsed, EidType::HwKeyStore};
    std::vector<EidType> types;
    for (const auto* element : fields.all("AcceptedEIDType"))
    {
        const auto type = std::ranges::find_if(known, [&](EidType t) { return name(t) == element->text; });
        if (type != known.end()) types.push_back(*type);
        else bad = true;
    }
    return types;
}

std::optional<Rights> rightsIn(XmlFields& fields, std::string_view name, bool& bad) // an empty element is none
{
    const auto tlv = fields.hex(name);
    if (tlv.empty()) return {};
    const auto chat = parseChat(tlv);
    if (chat && chat->isAuthenticationTerminal()) return chat->rights;
    bad = true;
    return {};
}

ServerResult readEac1(const XmlElement& data)
{
    bool bad = false;
    XmlFields fields(data, bad);
    paos::Eac1Input in;
    in.acceptedEidTypes = acceptedEidTypesIn(fields, bad);
    in.certificates = certificatesIn(fields, bad);
    in.descriptionDer = fields.hex("CertificateDescription");
    if (!in.descriptionDer.empty()) in.description = parseCertificateDescription(in.descriptionDer);
    in.requiredRights = rightsIn(fields, "RequiredCHAT", bad);
    in.optionalRights = rightsIn(fields, "OptionalCHAT", bad);
    in.auxiliaryDataTlv = fields.hex("AuthenticatedAuxiliaryData");
    const auto auxiliary = in.auxiliaryDataTlv.empty() ? AuxiliaryData() : parseAuxiliaryData(in.auxiliaryDataTlv);
    in.transactionInfo = fields.text("TransactionInfo");
    if (bad || in.certificates.empty() || !auxiliary || (!in.descriptionDer.empty() && !in.description)) return {};
    in.auxiliaryData = *auxiliary;
    return in;
}

ServerResult readEac2(const XmlElement& data)
{
    bool bad = false;
    XmlFields fields(data, bad);
    paos::Eac2Input in{certificatesIn(fields, bad), fields.demandedHex("EphemeralPublicKey"), fields.hex("Signature")};
    if (bad) return {};
    return in;
}

ServerResult readEacAdditional(const XmlElement& data)
{
    bool bad = false;
    paos::EacAdditionalInput in{XmlFields(data, bad).demandedHex("Signature")};
    if (bad) return {};
    return in;
}

ServerResult readDidAuthenticate(const XmlElement& body)
{
    bool bad = false;
    XmlFields fields(body, bad);
    fields.atMostOne("ConnectionHandle");
    fields.atMostOne("DIDName");
    const auto& data = fields.one("AuthenticationProtocolData");
    if (bad) return {};
    if (data.type == "EAC1InputType") return readEac1(data);
    if (data.type == "EAC2InputType") return readEac2(data);
    if (data.type == "EACAdditionalInputType") return readEacAdditional(data);
    return {};
}

ServerResult readTransmit(const XmlElement& body)
{
    bool bad = false;
    XmlFields fields(body, bad);
    paos::Transmit transmit{fields.text("SlotHandle"), {}};
    for (const auto* info : fields.all("InputAPDUInfo"))
    {
        XmlFields input(*info, bad);
        transmit.apdus.push_back({input.demandedHex("InputAPDU"), input.allHex("AcceptableStatusCode")});
        for (const auto& code : transmit.apdus.back().acceptableStatusCodes)
            if (code.empty() || code.size() > 2) bad = true;
    }
    if (bad || transmit.apdus.empty()) return {};
    return transmit;
}

ServerResult readStartPaosResponse(const XmlElement& body)
{
    bool bad = false;
    XmlFields fields(body, bad);
    paos::StartPaosResponse response{resultIn(fields, bad)};
    if (bad) return {};
    return response;
}

ServerResult readServerBody(const XmlElement& body)
{
    if (body.name == "InitializeFramework") return paos::InitializeFramework{};
    if (body.name == "DIDAuthenticate") return readDidAuthenticate(body);
    if (body.name == "Transmit") return readTransmit(body);
    if (body.name == "StartPAOSResponse") return readStartPaosResponse(body);
    if (body.name == "DIDList") return paos::DidList{};
    if (body.name == "Disconnect") return paos::Disconnect{};
    return {};
}

// --- what the client says

ClientResult readStartPaos(const XmlElement& body)
{
    bool bad = false;
    XmlFields fields(body, bad);
    paos::StartPaos start{fields.one("SessionIdentifier").text};
    fields.one("ConnectionHandle");
    XmlFields agent(fields.one("UserAgent"), bad);
    for (const auto* name : {"Name", "VersionMajor", "VersionMinor"}) agent.one(name);
    if (bad || fields.all("SupportedAPIVersions").empty()) return {};
    return start;
}

ClientResult readInitializeFrameworkResponse(const XmlElement& body, bool ok)
{
    if (!ok) return paos::InitializeFrameworkFailed{};
    bool bad = false;
    XmlFields fields(body, bad);
    XmlFields(fields.one("Version"), bad).one("Major");
    if (bad) return {};
    return paos::InitializeFrameworkResponse{};
}

ClientResult readEac1Output(const XmlElement& data)
{
    bool bad = false;
    XmlFields fields(data, bad);
    paos::Eac1Output out;
    const auto chat = parseChat(fields.demandedHex("CertificateHolderAuthorizationTemplate"));
    for (const auto* car : fields.all("CertificationAuthorityReference")) out.certificationAuthorityReferences.push_back(car->text);
    out.efCardAccess = fields.demandedHex("EFCardAccess");
    out.idPicc = fields.demandedHex("IDPICC");
    out.challenge = fields.demandedHex("Challenge");
    if (bad || !chat || !chat->isAuthenticationTerminal() || out.certificationAuthorityReferences.size() > 2) return {};
    out.chat = *chat;
    return out;
}

ClientResult readEac2Output(const XmlElement& data)
{
    bool bad = false;
    XmlFields fields(data, bad);
    paos::Eac2Output out{fields.hex("EFCardSecurity"), fields.hex("AuthenticationToken"), fields.hex("Nonce"), fields.hex("Challenge")};
    const bool asksToSign = !out.challenge.empty() && out.efCardSecurity.empty() && out.authenticationToken.empty() && out.nonce.empty();
    const bool complete = out.challenge.empty() && !out.efCardSecurity.empty() && !out.authenticationToken.empty() && !out.nonce.empty();
    if (bad || (!asksToSign && !complete)) return {};
    return out;
}

ClientResult readDidAuthenticateResponse(const XmlElement& body, bool ok)
{
    bool bad = false;
    const auto& data = XmlFields(body, bad).one("AuthenticationProtocolData");
    if (bad) return {};
    if (data.type == "EAC1OutputType") return ok ? readEac1Output(data) : ClientResult(paos::Eac1Failed{});
    if (data.type == "EAC2OutputType") return ok ? readEac2Output(data) : ClientResult(paos::Eac2Failed{});
    return {};
}

ClientResult readTransmitResponse(const XmlElement& body)
{
    bool bad = false;
    paos::TransmitResponse response{XmlFields(body, bad).allHex("OutputAPDU")};
    if (bad) return {};
    return response;
}

ClientResult readClientBody(const XmlElement& body, bool ok)
{
    if (body.name == "InitializeFrameworkResponse") return readInitializeFrameworkResponse(body, ok);
    if (body.name == "DIDAuthenticateResponse") return readDidAuthenticateResponse(body, ok);
    if (body.name == "TransmitResponse") return readTransmitResponse(body);
    if (body.name == "DIDListResponse") return paos::DidListResponse{};
    if (body.name == "DisconnectResponse") return paos::DisconnectResponse{};
    return {};
}

} // namespace

std::optional<paos::ServerMessage> parseServerMessage(std::string_view xml)
{
    const auto envelope = parseXml(xml);
    if (!envelope) return {};
    const auto message = unwrap(*envelope);
    if (!message) return {};
    auto body = readServerBody(*message->body);
    if (!body) return {};
    return paos::ServerMessage{message->messageId, std::move(*body)};
}

std::optional<paos::ClientMessage> parseClientMessage(std::string_view xml)
{
    const auto envelope = parseXml(xml);
    if (!envelope) return {};
    const auto message = unwrap(*envelope);
    if (!message) return {};
    if (message->body->name == "StartPAOS")
    {
        auto start = readStartPaos(*message->body);
        if (!start) return {};
        return paos::ClientMessage{message->messageId, message->relatesTo, {}, std::move(*start)};
    }
    bool bad = false;
    XmlFields fields(*message->body, bad);
    auto result = resultIn(fields, bad);
    auto body = readClientBody(*message->body, result.isOk());
    if (bad || !body) return {};
    return paos::ClientMessage{message->messageId, message->relatesTo, std::move(result), std::move(*body)};
}

} // namespace eidkern::network
