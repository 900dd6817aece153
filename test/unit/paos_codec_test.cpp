// PAOS messages: every one in both directions, the spellings that are seen in the field, and what is refused.
#include <QtTest>

#include "network/paos_codec.h"
#include "support/eac_chain.h"
#include "support/seeded_random.h"

using namespace eidkern;
using network::encode, network::parseClientMessage, network::parseServerMessage;

static const Bytes someBytes{0x04, 0x00, 0xff, 0x7f};

static const test::EacChain& chain()
{
    static test::SeededRandom random;
    static const auto made = test::makeEacChain(random);
    return made;
}

static Bytes description()
{
    CertificateDescription description;
    description.issuerName = "Test CA";
    description.subjectName = "Test shop";
    description.subjectUrl = "https://shop.example/";
    description.termsOfUsage = "none";
    description.commCertificates = {Bytes(32, 7)};
    return encode(description);
}

static paos::Eac1Input eac1()
{
    paos::Eac1Input in;
    in.acceptedEidTypes = {EidType::CardCertified, EidType::HwKeyStore};
    in.certificates = {chain().terminal, chain().dv, chain().cvca};
    in.descriptionDer = description();
    in.requiredRights = Rights{Right::AgeVerification, readRight(4)};
    in.optionalRights = Rights{readRight(5), readRight(17)};
    in.auxiliaryData.dateOfBirth = Date{2008, 11, 20};
    in.auxiliaryDataTlv = encode(in.auxiliaryData);
    in.transactionInfo = "Order 4711 <&> \xc3\xa4";
    return in;
}

static paos::Transmit transmit() { return {"00", {{Bytes{0x0c, 0xa4, 0x02, 0x0c}, {Bytes{0x90, 0x00}, Bytes{0x63}}}, {Bytes{0x0c, 0xb0, 0x00, 0x00}, {}}}}; }

static std::string server(paos::ServerBody body) { return encode(paos::ServerMessage{"urn:uuid:server-1", std::move(body)}); }
static std::string client(paos::ClientBody body, paos::ResultOf result = {})
{
    return encode(paos::ClientMessage{"urn:uuid:client-1", "urn:uuid:server-1", std::move(result), std::move(body)});
}

static std::string replaced(std::string text, std::string_view what, std::string_view by) // the first one
{
    const auto at = text.find(what);
    if (at == std::string::npos) qFatal("the test replaces what is not there: %s", std::string(what).c_str());
    return text.replace(at, what.size(), by);
}

static std::string elementOf(const std::string& xml, std::string_view name) // the first one, with its tags
{
    const auto first = xml.find("<" + std::string(name));
    const auto end = "</" + std::string(name) + ">";
    return xml.substr(first, xml.find(end, first) + end.size() - first);
}

class PaosCodecTest : public QObject
{
    Q_OBJECT
private slots:
    void eac1RoundTrip();
    void eac1Least();
    void eac2RoundTrip();
    void transmitRoundTrip();
    void serverRest();
    void startPaos();
    void eac1Output();
    void eac2Output();
    void clientRest();
    void failures();
    void wire();
    void spellings_data();
    void spellings();
    void refusedFromServer_data();
    void refusedFromServer();
    void didListAndDisconnect();
    void refusedFromClient_data();
    void refusedFromClient();
};

template<typename Body>
static Body bodyOf(const std::string& xml)
{
    const auto message = parseServerMessage(xml);
    if (!message || !std::holds_alternative<Body>(message->body)) qFatal("not the message that was expected:\n%s", xml.c_str());
    return std::get<Body>(message->body);
}

template<typename Body>
static paos::ClientMessage clientMessageOf(const std::string& xml)
{
    const auto message = parseClientMessage(xml);
    if (!message || !std::holds_alternative<Body>(message->body)) qFatal("not the message that was expected:\n%s", xml.c_str());
    return *message;
}

void PaosCodecTest::eac1RoundTrip()
{
    const auto in = eac1();
    const auto xml = server(in);
    QCOMPARE(parseServerMessage(xml)->messageId, std::string("urn:uuid:server-1"));
    const auto out = bodyOf<paos::Eac1Input>(xml);
    QVERIFY(out.acceptedEidTypes == in.acceptedEidTypes);
    QCOMPARE(out.certificates.size(), std::size_t(3));
    for (std::size_t i = 0; i < 3; ++i) QVERIFY(out.certificates[i].whole == in.certificates[i].whole);
    QCOMPARE(out.certificates[0].chr, chain().terminal.chr);
    QVERIFY(out.descriptionDer == in.descriptionDer);
    QCOMPARE(out.description->subjectName, std::string("Test shop"));
    QVERIFY(out.requiredRights == in.requiredRights && out.optionalRights == in.optionalRights);
    QVERIFY(out.auxiliaryDataTlv == in.auxiliaryDataTlv && out.auxiliaryData.dateOfBirth == in.auxiliaryData.dateOfBirth);
    QCOMPARE(out.transactionInfo, in.transactionInfo);
    QCOMPARE(server(out), xml);
}

void PaosCodecTest::eac1Least()
{
    paos::Eac1Input in;
    in.certificates = {chain().terminal};
    const auto out = bodyOf<paos::Eac1Input>(server(in));
    QVERIFY(out.acceptedEidTypes.empty() && out.descriptionDer.empty() && !out.description && !out.requiredRights && !out.optionalRights);
    QVERIFY(out.auxiliaryDataTlv.empty() && out.transactionInfo.empty());
    const auto emptyDescription = replaced(server(in), "<iso:Certificate>",
                                           "<iso:CertificateDescription/><iso:RequiredCHAT/><iso:AuthenticatedAuxiliaryData/><iso:Certificate>");
    const auto same = bodyOf<paos::Eac1Input>(emptyDescription);
    QVERIFY(same.descriptionDer.empty() && !same.description && !same.requiredRights && same.auxiliaryDataTlv.empty());
}

void PaosCodecTest::eac2RoundTrip()
{
    const auto whole = bodyOf<paos::Eac2Input>(server(paos::Eac2Input{{chain().dv}, someBytes, Bytes(64, 5)}));
    QVERIFY(whole.certificates.size() == 1 && whole.ephemeralPublicKey == someBytes && whole.signature == Bytes(64, 5));
    const auto unsigned_ = bodyOf<paos::Eac2Input>(server(paos::Eac2Input{{}, someBytes, {}}));
    QVERIFY(unsigned_.certificates.empty() && unsigned_.ephemeralPublicKey == someBytes && unsigned_.signature.empty());
    QVERIFY(bodyOf<paos::EacAdditionalInput>(server(paos::EacAdditionalInput{Bytes(64, 9)})).signature == Bytes(64, 9));
}

void PaosCodecTest::transmitRoundTrip()
{
    const auto out = bodyOf<paos::Transmit>(server(transmit()));
    QCOMPARE(out.slotHandle, std::string("00"));
    QCOMPARE(out.apdus.size(), std::size_t(2));
    for (std::size_t i = 0; i < 2; ++i)
    {
        QVERIFY(out.apdus[i].apdu == transmit().apdus[i].apdu);
        QVERIFY(out.apdus[i].acceptableStatusCodes == transmit().apdus[i].acceptableStatusCodes);
    }
}

void PaosCodecTest::serverRest()
{
    bodyOf<paos::InitializeFramework>(server(paos::InitializeFramework{}));
    QVERIFY(bodyOf<paos::StartPaosResponse>(server(paos::StartPaosResponse{})).result.isOk());
    const auto failed = bodyOf<paos::StartPaosResponse>(server(paos::StartPaosResponse{paos::ResultOf::error("/al/common#internalError", "says no")}));
    QVERIFY(!failed.result.isOk());
    QCOMPARE(failed.result.minor, std::string("http://www.bsi.bund.de/ecard/api/1.1/resultminor/al/common#internalError"));
    QCOMPARE(failed.result.message, std::string("says no"));
    const auto noMajor = bodyOf<paos::StartPaosResponse>(replaced(server(paos::StartPaosResponse{}), "#ok", ""));
    QVERIFY(!noMajor.result.isOk());
    QVERIFY(parseServerMessage(encode(paos::ServerMessage{"", paos::InitializeFramework{}}))->messageId.empty());
}

void PaosCodecTest::startPaos()
{
    const auto message = clientMessageOf<paos::StartPaos>(client(paos::StartPaos{"session-<1>"}));
    QCOMPARE(message.messageId, std::string("urn:uuid:client-1"));
    QCOMPARE(message.relatesTo, std::string("urn:uuid:server-1"));
    QCOMPARE(std::get<paos::StartPaos>(message.body).sessionIdentifier, std::string("session-<1>"));
}

void PaosCodecTest::eac1Output()
{
    const paos::Eac1Output out{Chat::forTerminal(Rights{readRight(4)}), {"DETESTCVCA00001", "DETESTCVCA00000"}, someBytes, Bytes(32, 1), Bytes(8, 2)};
    const auto message = clientMessageOf<paos::Eac1Output>(client(out));
    const auto& back = std::get<paos::Eac1Output>(message.body);
    QVERIFY(message.result.isOk() && back.chat.rights == out.chat.rights && back.chat.role == Role::Terminal);
    QVERIFY(back.certificationAuthorityReferences == out.certificationAuthorityReferences);
    QVERIFY(back.efCardAccess == out.efCardAccess && back.idPicc == out.idPicc && back.challenge == out.challenge);
}

void PaosCodecTest::eac2Output()
{
    const auto whole = std::get<paos::Eac2Output>(clientMessageOf<paos::Eac2Output>(client(paos::Eac2Output{someBytes, Bytes(8, 1), Bytes(8, 2), {}})).body);
    QVERIFY(whole.efCardSecurity == someBytes && whole.authenticationToken == Bytes(8, 1) && whole.nonce == Bytes(8, 2) && whole.challenge.empty());
    const auto asking = std::get<paos::Eac2Output>(clientMessageOf<paos::Eac2Output>(client(paos::Eac2Output{{}, {}, {}, Bytes(8, 3)})).body);
    QVERIFY(asking.challenge == Bytes(8, 3) && asking.efCardSecurity.empty());
}

void PaosCodecTest::clientRest()
{
    clientMessageOf<paos::InitializeFrameworkResponse>(client(paos::InitializeFrameworkResponse{}));
    const auto none = clientMessageOf<paos::TransmitResponse>(client(paos::TransmitResponse{}));
    QVERIFY(std::get<paos::TransmitResponse>(none.body).outputApdus.empty());
    const auto failed = clientMessageOf<paos::TransmitResponse>(
        client(paos::TransmitResponse{{someBytes, someBytes}}, paos::ResultOf::error("/al/common#unknownError", "6a82")));
    QCOMPARE(std::get<paos::TransmitResponse>(failed.body).outputApdus.size(), std::size_t(2));
    QVERIFY(!failed.result.isOk());
}

void PaosCodecTest::failures()
{
    const auto error = paos::ResultOf::error("/sal#cancellationByUser", "user stopped");
    for (const auto& xml : {client(paos::Eac1Failed{}, error), client(paos::Eac2Failed{}, error), client(paos::InitializeFrameworkFailed{}, error)})
    {
        const auto message = parseClientMessage(xml);
        QVERIFY(message);
        QCOMPARE(message->result.minor, error.minor);
        QCOMPARE(message->result.message, error.message);
    }
    clientMessageOf<paos::Eac1Failed>(client(paos::Eac1Failed{}, error));
    clientMessageOf<paos::Eac2Failed>(client(paos::Eac2Failed{}, error));
    clientMessageOf<paos::InitializeFrameworkFailed>(client(paos::InitializeFrameworkFailed{}, error));
}

void PaosCodecTest::wire() // what servers compare literally
{
    const auto start = QByteArray::fromStdString(client(paos::StartPaos{"s"}));
    QVERIFY(start.startsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\""));
    QVERIFY(start.contains("<paos:PAOS soap:mustUnderstand=\"1\" soap:actor=\"http://schemas.xmlsoap.org/soap/actor/next\">"));
    QVERIFY(start.contains("<wsa:RelatesTo>urn:uuid:server-1</wsa:RelatesTo><wsa:MessageID>urn:uuid:client-1</wsa:MessageID>"));
    QVERIFY(start.contains("<iso:ConnectionHandle xsi:type=\"iso:ConnectionHandleType\"><iso:CardApplication>e80704007f00070302</iso:CardApplication>"));
    QVERIFY(!QByteArray::fromStdString(encode(paos::ClientMessage{"urn:uuid:1", "", {}, paos::StartPaos{"s"}})).contains("RelatesTo"));
    const auto eac1Failed = QByteArray::fromStdString(client(paos::Eac1Failed{}, paos::ResultOf::error("/sal#cancellationByUser", "stopped")));
    QVERIFY(eac1Failed.contains("<dss:ResultMinor>http://www.bsi.bund.de/ecard/api/1.1/resultminor/sal#cancellationByUser</dss:ResultMinor>"
                                "<dss:ResultMessage xml:lang=\"en\">stopped</dss:ResultMessage></dss:Result>"
                                "<iso:AuthenticationProtocolData Protocol=\"urn:oid:1.3.162.15480.3.0.14.2\" xsi:type=\"iso:EAC1OutputType\"/>"));
    const auto input = QByteArray::fromStdString(server(eac1()));
    QVERIFY(input.contains("<iso:RequiredCHAT>7f4c12060904007f00070301020253050000000801</iso:RequiredCHAT>"));
    QVERIFY(input.contains("<iso:AcceptedEIDType>CardCertified</iso:AcceptedEIDType><iso:AcceptedEIDType>HWKeyStore</iso:AcceptedEIDType>"));
}

void PaosCodecTest::spellings_data() // the same EAC1 message as other servers write it
{
    QTest::addColumn<QByteArray>("xml");
    const auto row = [](const char* name, const std::string& xml) { QTest::newRow(name) << QByteArray::fromStdString(xml); };
    const auto usual = server(eac1());
    auto prefixes = QByteArray::fromStdString(usual);
    prefixes.replace("iso:", "ns7:").replace(":iso=", ":ns7=").replace("xsi:", "i:").replace(":xsi=", ":i=").replace("soap:", "S:").replace(":soap=", ":S=");
    row("other prefixes", prefixes.toStdString());
    auto defaults = QByteArray::fromStdString(usual);
    defaults.replace("iso:", "").replace("<DIDAuthenticate>", "<DIDAuthenticate xmlns=\"urn:iso:std:iso-iec:24727:tech:schema\">");
    row("default namespace", defaults.toStdString());
    auto spaced = QByteArray::fromStdString(usual);
    spaced.replace("><", ">\r\n\t <")
        .replace("<iso:Certificate>", "<iso:Certificate>\n  ")
        .replace("</iso:Certificate>", "\n</iso:Certificate>")
        .replace("Certified<", "Certified \n<");
    row("white space", spaced.toStdString());
    row("no SOAP header", replaced(usual, elementOf(usual, "soap:Header"), ""));
    row("empty SOAP header", replaced(usual, elementOf(usual, "soap:Header"), "<soap:Header/>"));
    row("unknown header blocks",
        replaced(usual, "<soap:Header>", "<soap:Header><c:Correlation xmlns:c='urn:c'><c:Id>1</c:Id></c:Correlation><wsa:Action>x</wsa:Action>"));
    row("unknown elements", replaced(usual, "<iso:Certificate>", "<iso:Novelty><iso:Certificate>00</iso:Certificate></iso:Novelty><iso:Certificate>"));
    row("no Protocol", replaced(usual, "Protocol=\"urn:oid:1.3.162.15480.3.0.14.2\" ", ""));
    row("comments and CDATA", replaced(usual, "<iso:DIDName>PIN<", "<!-- c --><?pi x?><iso:DIDName><![CDATA[PIN]]><"));
    row("no ConnectionHandle", replaced(usual, elementOf(usual, "iso:ConnectionHandle"), ""));
    auto upper = eac1();
    const auto hex = toHex(upper.certificates[0].whole);
    row("upper case hex", replaced(usual, hex, QByteArray::fromStdString(hex).toUpper().toStdString()));
}

void PaosCodecTest::spellings()
{
    QFETCH(QByteArray, xml);
    const auto out = bodyOf<paos::Eac1Input>(xml.toStdString());
    QCOMPARE(server(out), server(eac1()));
}

void PaosCodecTest::refusedFromServer_data()
{
    QTest::addColumn<QByteArray>("xml");
    const auto row = [](const char* name, const std::string& xml) { QTest::newRow(name) << QByteArray::fromStdString(xml); };
    const auto in = server(eac1());
    const auto change = [&](const char* name, std::string_view what, std::string_view by) { row(name, replaced(in, what, by)); };
    const auto twice = [&](const char* name, const std::string& xml, std::string_view element) {
        const auto text = elementOf(xml, element);
        row(name, replaced(xml, text, text + text));
    };
    row("nothing", "");
    row("no XML", "garbage");
    row("cut", in.substr(0, in.size() - 10));
    row("other root", "<Envelop/>");
    row("no body", "<Envelope/>");
    row("empty body", "<Envelope><Body/></Envelope>");
    row("two messages", "<Envelope><Body><InitializeFramework/><InitializeFramework/></Body></Envelope>");
    row("two bodies", "<Envelope><Body><InitializeFramework/></Body><Body><InitializeFramework/></Body></Envelope>");
    row("unknown message", "<Envelope><Body><CardApplicationConnect/></Body></Envelope>");
    row("a client's message", client(paos::StartPaos{"s"}));
    row("DOCTYPE", replaced(in, "?><soap", "?><!DOCTYPE x><soap"));
    row("entities", replaced(replaced(in, "?><soap", "?><!DOCTYPE x [<!ENTITY a 'PIN'>]><soap"), ">PIN<", ">&a;<"));
    change("deep", "<iso:DIDName>", QByteArray("<a>").repeated(40).toStdString() + QByteArray("</a>").repeated(40).toStdString() + "<iso:DIDName>");
    twice("MessageID twice", in, "wsa:MessageID");
    twice("DIDName twice", in, "iso:DIDName");
    twice("ConnectionHandle twice", in, "iso:ConnectionHandle");
    twice("protocol data twice", in, "iso:AuthenticationProtocolData");
    twice("description twice", in, "iso:CertificateDescription");
    twice("RequiredCHAT twice", in, "iso:RequiredCHAT");
    twice("OptionalCHAT twice", in, "iso:OptionalCHAT");
    twice("auxiliary data twice", in, "iso:AuthenticatedAuxiliaryData");
    twice("transaction info twice", in, "iso:TransactionInfo");
    change("unknown type", "EAC1InputType", "EAC3InputType");
    change("no type", "xsi:type=\"iso:EAC1InputType\"", "");
    change("two types", "xsi:type=\"iso:EAC1InputType\"", "xsi:type=\"iso:EAC1InputType\" type=\"iso:EAC2InputType\"");
    change("unknown eID type", "CardCertified", "CardCertifed");
    change("empty eID type", "CardCertified", "");
    change("certificate no hex", "<iso:Certificate>7f", "<iso:Certificate>7g");
    change("certificate of odd length", "<iso:Certificate>7f", "<iso:Certificate>7");
    change("certificate no CVC", "<iso:Certificate>7f21", "<iso:Certificate>7f22");
    change("certificate empty", "<iso:Certificate>", "<iso:Certificate/><iso:Certificate>");
    change("description no hex", "<iso:CertificateDescription>30", "<iso:CertificateDescription>x0");
    change("description no DER", "<iso:CertificateDescription>30", "<iso:CertificateDescription>31");
    change("CHAT cut", "<iso:RequiredCHAT>7f4c12", "<iso:RequiredCHAT>7f4c13");
    change("CHAT of an inspection system", "<iso:RequiredCHAT>7f4c12060904007f00070301020253050000000801",
           "<iso:RequiredCHAT>7f4c0e060904007f000703010201530108");
    change("CHAT of a signature terminal", "<iso:OptionalCHAT>7f4c12060904007f0007030102025305", "<iso:OptionalCHAT>7f4c12060904007f0007030102035305");
    change("auxiliary data cut", "<iso:AuthenticatedAuxiliaryData>67", "<iso:AuthenticatedAuxiliaryData>6767");
    change("auxiliary data of an unknown kind", "04007f000703010401", "04007f000703010409");
    auto none = eac1();
    none.certificates.clear();
    row("no certificate", server(none));
    std::string many;
    for (int i = 0; i < 70; ++i) many += elementOf(in, "iso:Certificate");
    change("too many certificates", "<iso:Certificate>", many + "<iso:Certificate>");
    const auto eac2 = server(paos::Eac2Input{{}, someBytes, Bytes(64, 1)});
    twice("ephemeral key twice", eac2, "iso:EphemeralPublicKey");
    twice("signature twice", eac2, "iso:Signature");
    row("no ephemeral key", replaced(eac2, elementOf(eac2, "iso:EphemeralPublicKey"), ""));
    row("ephemeral key empty", server(paos::Eac2Input{{}, {}, Bytes(64, 1)}));
    row("ephemeral key no hex", replaced(eac2, toHex(someBytes), "04gg"));
    row("additional without signature", server(paos::EacAdditionalInput{}));
    const auto apdus = server(transmit());
    row("Transmit without APDU", server(paos::Transmit{"00", {}}));
    twice("SlotHandle twice", apdus, "iso:SlotHandle");
    twice("InputAPDU twice", apdus, "iso:InputAPDU");
    row("InputAPDU missing", replaced(apdus, elementOf(apdus, "iso:InputAPDU>"), ""));
    row("InputAPDU no hex", replaced(apdus, "0ca4", "0cx4"));
    row("InputAPDU empty", replaced(apdus, "0ca4020c", ""));
    row("status code empty", replaced(apdus, ">9000<", "><"));
    row("status code of three bytes", replaced(apdus, ">9000<", ">900000<"));
    const auto end = server(paos::StartPaosResponse{});
    twice("Result twice", end, "dss:Result");
    twice("ResultMajor twice", end, "dss:ResultMajor");
    row("Result missing", replaced(end, elementOf(end, "dss:Result>"), ""));
}

void PaosCodecTest::didListAndDisconnect()
{
    for (const paos::ServerBody& body : {paos::ServerBody(paos::DidList{}), paos::ServerBody(paos::Disconnect{})})
        QCOMPARE(parseServerMessage(encode(paos::ServerMessage{"urn:uuid:1", body}))->body.index(), body.index());
    for (const paos::ClientBody& body : {paos::ClientBody(paos::DidListResponse{}), paos::ClientBody(paos::DisconnectResponse{})})
    {
        const auto error = paos::ResultOf::error("/al/common#unknownError", "no");
        for (const auto& result : {paos::ResultOf{}, error})
        {
            const auto xml = encode(paos::ClientMessage{"urn:uuid:1", "urn:uuid:2", result, body});
            const auto message = parseClientMessage(xml);
            QVERIFY(message);
            QCOMPARE(message->body.index(), body.index());
            QCOMPARE(message->result.minor, result.minor);
            const bool namesThePin = xml.find("<iso:DIDNameList><iso:DIDName>PIN</iso:DIDName></iso:DIDNameList>") != std::string::npos;
            QCOMPARE(namesThePin, result.isOk() && std::holds_alternative<paos::DidListResponse>(body));
        }
    }
}

void PaosCodecTest::refusedFromServer()
{
    QFETCH(QByteArray, xml);
    QVERIFY(!parseServerMessage(xml.toStdString()));
}

void PaosCodecTest::refusedFromClient_data()
{
    QTest::addColumn<QByteArray>("xml");
    const auto row = [](const char* name, const std::string& xml) { QTest::newRow(name) << QByteArray::fromStdString(xml); };
    const auto without = [&](const char* name, const std::string& xml, std::string_view element) { row(name, replaced(xml, elementOf(xml, element), "")); };
    const auto twice = [&](const char* name, const std::string& xml, std::string_view element) {
        const auto text = elementOf(xml, element);
        row(name, replaced(xml, text, text + text));
    };
    const auto start = client(paos::StartPaos{"s"});
    const auto eac1Out = client(paos::Eac1Output{Chat::forTerminal({}), {"DETESTCVCA00001"}, someBytes, Bytes(32, 1), Bytes(8, 2)});
    row("a server's message", server(transmit()));
    without("no session identifier", start, "iso:SessionIdentifier");
    without("no connection handle", start, "iso:ConnectionHandle");
    without("no user agent", start, "iso:UserAgent");
    without("no user agent's name", start, "iso:Name");
    without("no API version", start, "iso:SupportedAPIVersions");
    twice("session identifier twice", start, "iso:SessionIdentifier");
    without("no result", eac1Out, "dss:Result>");
    twice("result twice", eac1Out, "dss:Result>");
    for (const auto* element : {"iso:CertificateHolderAuthorizationTemplate", "iso:EFCardAccess", "iso:IDPICC", "iso:Challenge"})
    {
        without(qPrintable(QString("no %1").arg(element)), eac1Out, element);
        twice(qPrintable(QString("two %1").arg(element)), eac1Out, element);
    }
    const auto car = elementOf(eac1Out, "iso:CertificationAuthorityReference");
    row("three CARs", replaced(eac1Out, car, car + car + car));
    row("CHAT no hex", replaced(eac1Out, "7f4c12", "7f4cx2"));
    row("ok without contents", client(paos::Eac1Failed{}));
    row("EAC2 ok without contents", client(paos::Eac2Failed{}));
    row("EAC2 half", client(paos::Eac2Output{someBytes, {}, Bytes(8, 2), {}}));
    row("EAC2 with both", client(paos::Eac2Output{someBytes, Bytes(8, 1), Bytes(8, 2), Bytes(8, 3)}));
    row("InitializeFramework ok without version", client(paos::InitializeFrameworkFailed{}));
    row("OutputAPDU no hex", replaced(client(paos::TransmitResponse{{someBytes}}), toHex(someBytes), "04x"));
}

void PaosCodecTest::refusedFromClient()
{
    QFETCH(QByteArray, xml);
    QVERIFY(!parseClientMessage(xml.toStdString()));
}

QTEST_GUILESS_MAIN(PaosCodecTest)
#include "paos_codec_test.moc"
