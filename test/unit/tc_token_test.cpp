// tcToken XML: every spelling that services send, every document that is none.
#include <QtTest>

#include "network/tc_token_codec.h"

using namespace eidkern;
using network::encode, network::parseTcToken;

static const std::string usual = R"(<?xml version="1.0" encoding="UTF-8"?>
<TCTokenType>
  <ServerAddress>https://eid.example:8443/paos?a=1&amp;b=2</ServerAddress>
  <SessionIdentifier>session-0001</SessionIdentifier>
  <RefreshAddress>https://shop.example/back?s=17</RefreshAddress>
  <CommunicationErrorAddress>https://shop.example/oops</CommunicationErrorAddress>
  <Binding>urn:liberty:paos:2006-08</Binding>
  <PathSecurity-Protocol>urn:ietf:rfc:4279</PathSecurity-Protocol>
  <PathSecurity-Parameters><PSK>00112233445566778899aabbccddeeff</PSK></PathSecurity-Parameters>
</TCTokenType>)";

class TcTokenTest : public QObject
{
    Q_OBJECT
private slots:
    void usualOne();
    void missingAndEmptyDiffer();
    void namespacesOrderAndSpace();
    void roundTrip();
    void refused_data();
    void refused();
};

void TcTokenTest::usualOne()
{
    const auto token = parseTcToken(usual);
    QVERIFY(token);
    QCOMPARE(*token->serverAddress, std::string("https://eid.example:8443/paos?a=1&b=2"));
    QCOMPARE(*token->sessionIdentifier, std::string("session-0001"));
    QCOMPARE(*token->refreshAddress, std::string("https://shop.example/back?s=17"));
    QCOMPARE(*token->communicationErrorAddress, std::string("https://shop.example/oops"));
    QCOMPARE(*token->binding, std::string("urn:liberty:paos:2006-08"));
    QCOMPARE(*token->pathSecurityProtocol, std::string("urn:ietf:rfc:4279"));
    QVERIFY(*token->psk == Secret("00112233445566778899aabbccddeeff"));
}

void TcTokenTest::missingAndEmptyDiffer()
{
    const auto empty = parseTcToken("<TCTokenType><ServerAddress/><PathSecurity-Parameters><PSK/></PathSecurity-Parameters></TCTokenType>");
    QVERIFY(empty);
    QCOMPARE(*empty->serverAddress, std::string());
    QVERIFY(empty->psk && empty->psk->empty());
    QVERIFY(!empty->refreshAddress && !empty->binding && !empty->communicationErrorAddress);
    const auto attached = parseTcToken("<TCTokenType><PathSecurity-Protocol>urn:ietf:rfc:4279</PathSecurity-Protocol><PathSecurity-Parameters/></TCTokenType>");
    QVERIFY(attached && attached->pathSecurityProtocol && !attached->psk);
}

void TcTokenTest::namespacesOrderAndSpace()
{
    const auto token = parseTcToken(
        "<t:TCTokenType xmlns:t='urn:any' xmlns='urn:other'>\n<Extra><ServerAddress>not this</ServerAddress></Extra>"
        "<t:Binding>\r\n\turn:liberty:paos:2006-08 </t:Binding><ServerAddress><![CDATA[ https://a/ ]]></ServerAddress></t:TCTokenType>");
    QVERIFY(token);
    QCOMPARE(*token->binding, std::string("urn:liberty:paos:2006-08"));
    QCOMPARE(*token->serverAddress, std::string("https://a/"));
}

void TcTokenTest::roundTrip()
{
    const auto token = parseTcToken(usual);
    const auto xml = encode(*token);
    QCOMPARE(encode(*parseTcToken(xml)), xml);
    QVERIFY(*parseTcToken(xml)->psk == *token->psk);
    TcToken few;
    few.refreshAddress = "https://shop.example/?a=<&>";
    const auto again = parseTcToken(encode(few));
    QVERIFY(again && again->refreshAddress == few.refreshAddress && !again->psk && !again->serverAddress);
}

void TcTokenTest::refused_data()
{
    QTest::addColumn<QByteArray>("xml");
    const auto row = [](const char* name, const QByteArray& xml) { QTest::newRow(name) << xml; };
    row("nothing", "");
    row("blank", " \n ");
    row("text", "no token");
    row("HTML", "<html><body>hello</body></html>");
    row("other root", "<TCToken/>");
    row("cut", "<TCTokenType><ServerAddress>https://a/");
    row("two roots", "<TCTokenType/><TCTokenType/>");
    row("wrong nesting", "<TCTokenType><A><B></A></B></TCTokenType>");
    row("twice", "<TCTokenType><Binding>x</Binding><Binding>x</Binding></TCTokenType>");
    row("PSK twice", "<TCTokenType><PathSecurity-Parameters><PSK>00</PSK><PSK>00</PSK></PathSecurity-Parameters></TCTokenType>");
    row("parameters twice", "<TCTokenType><PathSecurity-Parameters/><PathSecurity-Parameters/></TCTokenType>");
    row("DOCTYPE", "<!DOCTYPE TCTokenType><TCTokenType/>");
    row("entity", "<!DOCTYPE t [<!ENTITY x 'https://a/'>]><TCTokenType><ServerAddress>&x;</ServerAddress></TCTokenType>");
    row("undeclared entity", "<TCTokenType><ServerAddress>&x;</ServerAddress></TCTokenType>");
    row("undeclared prefix", "<t:TCTokenType/>");
    row("deep", QByteArray("<TCTokenType>") + QByteArray("<a>").repeated(40) + QByteArray("</a>").repeated(40) + "</TCTokenType>");
    row("NUL", QByteArray("<TCTokenType>\0</TCTokenType>", 28));
    row("not UTF-8", "<TCTokenType><Binding>\xff\xfe</Binding></TCTokenType>");
    row("other encoding", "<?xml version='1.0' encoding='UTF-7'?><TCTokenType/>");
    row("UTF-16", QByteArray("\xff\xfe<\0a\0/\0>\0", 10));
    row("endless tag", "<TCTokenType " + QByteArray(10000, ' ') + "/>");
    row("many elements", "<TCTokenType>" + QByteArray("<a/>").repeated(30000) + "</TCTokenType>");
}

void TcTokenTest::refused()
{
    QFETCH(QByteArray, xml);
    QVERIFY(!parseTcToken(xml.toStdString()));
}

QTEST_GUILESS_MAIN(TcTokenTest)
#include "tc_token_test.moc"
