// The lab's two servers from outside: pages, tokens, PSK sessions and scripted faults, over real sockets on loopback.
#include <QElapsedTimer>
#include <QSslConfiguration>
#include <QSslPreSharedKeyAuthenticator>
#include <QSslSocket>
#include <QtTest>
#include <optional>
#include <set>

#include "lab/lab.h"
#include "network/paos_codec.h"
#include "network/tc_token_codec.h"
#include "support/manual_clock.h"
#include "support/pumped_scheduler.h"
#include "support/seeded_random.h"

using namespace eidkern;
using namespace eidkern::lab;

class LabServerTest : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void pages_data();
    void pages();
    void tokenIsComplete();
    void tokensDiffer();
    void refreshLeadsToTheResultOnce();
    void resultPageExpires();
    void selfAuthenticationAnswersJson();
    void pskIdentityFindsTheSession();
    void unknownAndWrongPsk();
    void sessionsExpire();
    void sessionsAreBounded();
    void endedSessionIsRefused();
    void notPaos_data();
    void notPaos();
    void pipelinedRequests();
    void badHttp();
    void faultScript_data();
    void faultScript();
    void tlsFault();
    void cscaJoinsOnce();
    void portInUse();
    void twoLabs();

private:
    std::unique_ptr<Lab> start(FaultScript faults = {});
    QByteArray talk(const std::string& url, const QByteArray& request, const TcToken* psk = nullptr);
    QByteArray get(const std::string& url, const QByteArray& headers = {});
    static std::string locationOf(const QByteArray& reply);
    QByteArray post(const TcToken& token, const std::string& body);
    TcToken token(const Lab& lab) { return *network::parseTcToken(bodyOf(get(lab.tcTokenUrl()))); }
    std::string startPaos(const TcToken& token);
    static std::string bodyOf(const QByteArray& reply) { return reply.mid(reply.indexOf("\r\n\r\n") + 4).toStdString(); }
    static int statusOf(const QByteArray& reply) { return reply.mid(9, 3).toInt(); }

    test::PumpedScheduler scheduler_;
    test::SeededRandom random_;
    std::optional<test::ManualClock> clock_;
    QTemporaryDir directory_;
    bool stalled_ = false; // the last talk() got nothing and the connection stayed open
};

void LabServerTest::initTestCase()
{
    if (!LabPki::fresh(random_, {2026, 11, 20}).save(directory_.path().toStdString())) qFatal("not saved"); // one RSA key for all labs
}

void LabServerTest::init() { clock_.emplace(scheduler_); }

std::unique_ptr<Lab> LabServerTest::start(FaultScript faults)
{
    auto pki = LabPki::load(directory_.path().toStdString(), clock_->today());
    if (!pki) qFatal("%s", pki.error().c_str());
    auto lab = Lab::start(random_, *clock_, {.pki = std::move(*pki), .faults = std::move(faults)});
    if (!lab) qFatal("%s", lab.error().c_str());
    return std::move(*lab);
}

// Sends `request` as it is and gives back what comes until the server closes, or nothing has come for a while.
QByteArray LabServerTest::talk(const std::string& url, const QByteArray& request, const TcToken* psk)
{
    QSslSocket socket;
    auto configuration = QSslConfiguration::defaultConfiguration();
    configuration.setProtocol(QSsl::TlsV1_2);
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    if (psk) configuration.setCiphers(QString("RSA-PSK-AES256-GCM-SHA384:RSA-PSK-AES256-CBC-SHA"));
    socket.setSslConfiguration(configuration);
    connect(&socket, &QSslSocket::preSharedKeyAuthenticationRequired, &socket, [&](QSslPreSharedKeyAuthenticator* ask) {
        ask->setIdentity(QByteArray::fromStdString(psk->sessionIdentifier.value()));
        ask->setPreSharedKey(QByteArray::fromHex(QByteArray::fromStdString(std::string(psk->psk->text()))));
    });
    QByteArray reply;
    bool over = false;
    connect(&socket, &QSslSocket::encrypted, &socket, [&] { socket.write(request); });
    connect(&socket, &QSslSocket::readyRead, &socket, [&] { reply += socket.readAll(); });
    connect(&socket, &QSslSocket::disconnected, &socket, [&] { over = true; });
    socket.connectToHostEncrypted("127.0.0.1", quint16(QUrl(QString::fromStdString(url)).port()));
    QElapsedTimer waited;
    for (waited.start(); !over && waited.elapsed() < 500;) QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
    stalled_ = !over && reply.isEmpty();
    socket.disconnect();
    return socket.isOpen() ? reply + socket.readAll() : reply;
}

QByteArray LabServerTest::get(const std::string& url, const QByteArray& headers)
{
    const auto target = QByteArray::fromStdString(url.substr(url.find('/', std::string_view("https://").size())));
    return talk(url, "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n");
}

std::string LabServerTest::locationOf(const QByteArray& reply)
{
    const auto start = reply.indexOf("Location: ") + 10;
    return reply.mid(start, reply.indexOf("\r\n", start) - start).toStdString();
}

QByteArray LabServerTest::post(const TcToken& token, const std::string& body)
{
    const QByteArray head = "POST /paos HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n";
    return talk(*token.serverAddress, head + QByteArray::fromStdString(body), &token);
}

std::string LabServerTest::startPaos(const TcToken& token)
{
    return network::encode(paos::ClientMessage{.messageId = "urn:uuid:1", .relatesTo = {}, .body = paos::StartPaos{*token.sessionIdentifier}});
}

void LabServerTest::pages_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<int>("status");
    QTest::newRow("start page") << QByteArray("GET /") << 200;
    QTest::newRow("token") << QByteArray("GET /tctoken") << 200;
    QTest::newRow("self-authentication") << QByteArray("GET /self-auth") << 200;
    QTest::newRow("error page") << QByteArray("GET /error?ResultMajor=error") << 200;
    QTest::newRow("result without session") << QByteArray("GET /result") << 404;
    QTest::newRow("result of an unknown session") << QByteArray("GET /result?session=00112233445566778899aabbccddeeff") << 404;
    QTest::newRow("unknown") << QByteArray("GET /nothing") << 404;
    QTest::newRow("unknown below") << QByteArray("GET /tctoken/x") << 404;
    QTest::newRow("unknown, POST") << QByteArray("POST /nothing") << 404;
    QTest::newRow("method") << QByteArray("POST /tctoken") << 405;
    QTest::newRow("head") << QByteArray("HEAD /refresh") << 405;
    QTest::newRow("refresh without session") << QByteArray("GET /refresh") << 404;
    QTest::newRow("refresh of an unknown session") << QByteArray("GET /refresh?session=00112233445566778899aabbccddeeff") << 404;
}

void LabServerTest::pages()
{
    QFETCH(QByteArray, line);
    QFETCH(int, status);
    const auto lab = start();
    QCOMPARE(statusOf(talk(lab->tcTokenUrl(), line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")), status);
}

void LabServerTest::tokenIsComplete()
{
    const auto lab = start();
    const auto reply = get(lab->tcTokenUrl());
    QVERIFY(reply.contains("Content-Type: text/xml; charset=utf-8\r\n"));
    const auto token = network::parseTcToken(bodyOf(reply));
    QVERIFY(token && token->psk);
    QCOMPARE(*token->binding, std::string("urn:liberty:paos:2006-08"));
    QCOMPARE(*token->pathSecurityProtocol, std::string("urn:ietf:rfc:4279"));
    QCOMPARE(int(token->psk->size()), 64);
    QCOMPARE(*token->sessionIdentifier, lab->lastSession()->id);
    const auto origin = lab->startPageUrl();
    QVERIFY(token->refreshAddress->starts_with(origin + "refresh?session=") && token->communicationErrorAddress->starts_with(origin));
    QVERIFY(token->refreshAddress->find(*token->sessionIdentifier) == std::string::npos); // the PSK identity goes over the wire in clear
}

void LabServerTest::tokensDiffer()
{
    const auto lab = start();
    std::set<std::string> seen;
    for (int i = 0; i < 3; ++i)
    {
        const auto each = token(*lab);
        seen.insert({*each.sessionIdentifier, *each.refreshAddress, std::string(each.psk->text())});
    }
    QCOMPARE(int(seen.size()), 9);
}

void LabServerTest::refreshLeadsToTheResultOnce()
{
    const auto lab = start();
    const auto address = *token(*lab).refreshAddress;
    const auto reply = get(address + "&ResultMajor=error&ResultMinor=cancellationByUser");
    QCOMPARE(statusOf(reply), 303);
    QVERIFY(lab->lastSession()->refreshed);
    QCOMPARE(statusOf(get(address)), 404);

    const auto origin = lab->startPageUrl().substr(0, lab->startPageUrl().size() - 1);
    const auto result = origin + locationOf(reply);
    QVERIFY(result.starts_with(origin + "/result?session="));
    QVERIFY2(result.find(address.substr(address.find('=') + 1)) == std::string::npos, "the id of the refresh address was shown to redirects and histories");
    const auto german = get(result, "Accept-Language: fr, de-DE;q=0.8, en;q=0.7\r\n"), english = get(result + "&lang=en", "Accept-Language: de\r\n");
    QVERIFY(german.contains("<html lang=\"de\">") && english.contains("<html lang=\"en\">"));
    QVERIFY(german.contains("cancellationByUser") && english.contains("You have cancelled"));
    QVERIFY(german.contains("Content-Security-Policy: default-src 'none'; style-src 'sha256-") && german.contains("Referrer-Policy: no-referrer"));
}

void LabServerTest::resultPageExpires()
{
    const auto lab = start();
    const auto origin = lab->startPageUrl().substr(0, lab->startPageUrl().size() - 1);
    const auto result = origin + locationOf(get(*token(*lab).refreshAddress));
    QCOMPARE(statusOf(get(result)), 200);
    clock_->advance(Sessions::lifetime + std::chrono::seconds(1));
    QCOMPARE(statusOf(get(result)), 404);
}

void LabServerTest::selfAuthenticationAnswersJson()
{
    const auto lab = start();
    const auto given = network::parseTcToken(bodyOf(get(lab->selfAuthUrl())));
    QVERIFY(given && lab->lastSession()->selfAuthentication);
    const auto reply = get(*given->refreshAddress);
    QVERIFY(reply.contains("application/json"));
    QVERIFY(QJsonDocument::fromJson(QByteArray::fromStdString(bodyOf(reply))).isObject());
    QVERIFY(!reply.contains("PersonalData")); // this login never happened

    const auto another = network::parseTcToken(bodyOf(get(lab->selfAuthUrl())));
    QCOMPARE(statusOf(get(*another->refreshAddress, "Accept: text/html,*/*;q=0.8\r\n")), 303); // a browser gets the page
}

void LabServerTest::pskIdentityFindsTheSession()
{
    const auto lab = start();
    const auto given = token(*lab);
    const auto message = network::parseServerMessage(bodyOf(post(given, startPaos(given))));
    QVERIFY(message && message->messageId.starts_with("urn:uuid:"));
    const auto* eac1 = std::get_if<paos::Eac1Input>(&message->body);
    QVERIFY(eac1 && eac1->description);
    QVERIFY(signaturesHold({eac1->certificates[0], eac1->certificates[1], lab->cvca()}));
    QVERIFY(eac1->certificates[0].descriptionHash == hash(HashAlgorithm::Sha256, eac1->descriptionDer));
    QVERIFY(lab->tcTokenUrl().starts_with(eac1->description->subjectUrl));
    QCOMPARE(int(lab->lastSession()->received.size()), 1);
}

void LabServerTest::unknownAndWrongPsk()
{
    const auto lab = start();
    auto given = token(*lab);
    const auto xml = startPaos(given);
    given.psk = Secret("00");
    QVERIFY(post(given, xml).isEmpty());
    given = token(*lab);
    given.sessionIdentifier = "nobody";
    QVERIFY(post(given, xml).isEmpty());
    QCOMPARE(lab->counters(Server::EidServer).requests, 0);
}

void LabServerTest::sessionsExpire()
{
    const auto lab = start();
    const auto given = token(*lab);
    clock_->advance(Sessions::lifetime + std::chrono::seconds(1));
    QVERIFY(post(given, startPaos(given)).isEmpty());
    QCOMPARE(statusOf(get(*given.refreshAddress)), 404);
}

void LabServerTest::sessionsAreBounded()
{
    Sessions sessions(random_, *clock_);
    auto* first = sessions.create(false);
    for (std::size_t i = 1; i < Sessions::most; ++i) QVERIFY(sessions.create(false));
    QVERIFY(!sessions.create(false));
    const auto id = first->record.id;
    first->record.outcome = paos::ResultOf{}; // what is finished makes room
    QVERIFY(sessions.create(true) && sessions.last()->selfAuthentication && !sessions.withId(id));
    QVERIFY(!sessions.create(false));
    clock_->advance(Sessions::lifetime + std::chrono::seconds(1));
    QVERIFY(sessions.create(false) && sessions.all().size() == 1);
}

void LabServerTest::endedSessionIsRefused()
{
    const auto lab = start();
    const auto given = token(*lab);
    const auto cancelled = paos::ResultOf::error("/sal#cancellationByUser", "x");
    const paos::ClientMessage failed{.messageId = {}, .relatesTo = {}, .result = cancelled, .body = paos::Eac1Failed{}};
    QCOMPARE(statusOf(post(given, network::encode(failed))), 200);
    QVERIFY(lab->lastSession()->outcome->minor.ends_with("/sal#cancellationByUser"));
    QCOMPARE(statusOf(post(given, startPaos(given))), 400);
    QCOMPARE(int(lab->lastSession()->received.size()), 1);
}

void LabServerTest::notPaos_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    const QByteArray tail = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\n<a/>";
    QTest::newRow("not PAOS") << "POST /paos" + tail << 400;
    QTest::newRow("GET") << "GET /paos" + tail << 405;
    QTest::newRow("path") << "POST /other" + tail << 404;
    QTest::newRow("5 MiB announced") << QByteArray("POST /paos HTTP/1.1\r\nHost: x\r\nContent-Length: 5242880\r\n\r\n") << 413;
}

void LabServerTest::notPaos()
{
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    const auto lab = start();
    const auto given = token(*lab);
    QCOMPARE(statusOf(talk(*given.serverAddress, request, &given)), status);
    QVERIFY(lab->lastSession()->received.empty());
}

void LabServerTest::pipelinedRequests()
{
    const auto lab = start();
    const auto reply = talk(lab->tcTokenUrl(), "GET /error HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    QVERIFY(reply.startsWith("HTTP/1.1 200 ") && reply.contains("HTTP/1.1 404 "));
    QCOMPARE(lab->counters(Server::EService).requests, 2);
    QCOMPARE(lab->counters(Server::EService).handshakes, 1);
}

void LabServerTest::badHttp()
{
    const auto lab = start();
    QCOMPARE(statusOf(talk(lab->tcTokenUrl(), "\x01\x02 nonsense\r\n\r\n")), 400);
    QCOMPARE(statusOf(talk(lab->tcTokenUrl(), "GET / HTTP/1.1\r\nX: " + QByteArray(40'000, 'x'))), 413);
    QCOMPARE(lab->counters(Server::EService).requests, 0);
}

void LabServerTest::faultScript_data()
{
    QTest::addColumn<int>("delivery");
    QTest::newRow("changed") << int(HttpAnswer::Delivery::Whole);
    QTest::newRow("silence") << int(HttpAnswer::Delivery::Silence);
    QTest::newRow("close") << int(HttpAnswer::Delivery::Close);
    QTest::newRow("reset") << int(HttpAnswer::Delivery::Reset);
    QTest::newRow("close halfway") << int(HttpAnswer::Delivery::CloseHalfway);
}

void LabServerTest::faultScript()
{
    QFETCH(int, delivery);
    const auto lab = start({.tls = {}, .answer = [=](Server server, int number, const HttpRequest& request, HttpAnswer& answer) {
                                if (server != Server::EService || number != 2 || request.target != "/tctoken") return;
                                answer.status = 302;
                                answer.location = "https://elsewhere.example/";
                                answer.delivery = HttpAnswer::Delivery(delivery);
                            }});
    QCOMPARE(statusOf(get(lab->tcTokenUrl())), 200);
    const auto reply = get(lab->tcTokenUrl());
    QCOMPARE(stalled_, HttpAnswer::Delivery(delivery) == HttpAnswer::Delivery::Silence);
    const bool starts = reply.startsWith("HTTP/1.1 302 ") && reply.contains("\r\nLocation: https://elsewhere.example/\r\n");
    const bool whole = reply.endsWith("</TCTokenType>\n") || reply.endsWith("</TCTokenType>");
    switch (HttpAnswer::Delivery(delivery))
    {
        case HttpAnswer::Delivery::Whole: QVERIFY(starts && whole); break;
        case HttpAnswer::Delivery::CloseHalfway: QVERIFY(starts && !whole); break;
        default: QVERIFY(reply.isEmpty());
    }
    QCOMPARE(statusOf(get(lab->tcTokenUrl())), 200);
}

void LabServerTest::tlsFault()
{
    const auto lab = start({.tls = [](Server server, int connection, const TlsProfile& usual) -> std::shared_ptr<TlsContext> {
                                if (server != Server::EService || connection != 1) return {};
                                auto profile = usual;
                                profile.fault = TlsFault::CloseInHandshake;
                                return std::make_shared<TlsContext>(std::move(profile));
                            },
                            .answer = {}});
    QVERIFY(get(lab->tcTokenUrl()).isEmpty());
    QCOMPARE(lab->counters(Server::EService).handshakes, 0);
    QCOMPARE(statusOf(get(lab->tcTokenUrl())), 200);
}

void LabServerTest::cscaJoinsOnce()
{
    auto pki = LabPki::load(directory_.path().toStdString(), clock_->today());
    const auto csca = der(pki->eServiceCertificate), again = der(certificate({.commonName = "eidkern lab eService"}, pki->eServiceKey)),
               other = der(pki->eidServerCertificate); // any certificates will do
    QVERIFY(csca != again);
    pki->trustedCscas = {csca};
    const auto lab = Lab::start(random_, *clock_, {.pki = std::move(*pki), .trustedCscas = {again, other}});
    QVERIFY(lab && (*lab)->pki().trustedCscas == (std::vector<Bytes>{csca, other}));
}

void LabServerTest::portInUse()
{
    const auto lab = start();
    const auto port = quint16(QUrl(QString::fromStdString(lab->tcTokenUrl())).port());
    auto pki = LabPki::load(directory_.path().toStdString(), clock_->today());
    const auto second = Lab::start(random_, *clock_, {.pki = std::move(*pki), .eServicePort = port});
    QVERIFY(!second && second.error().find(std::to_string(port)) != std::string::npos);
}

void LabServerTest::twoLabs()
{
    const auto one = start(), other = start();
    const auto a = token(*one), b = token(*other);
    QVERIFY(one->lastSession()->id == *a.sessionIdentifier && other->lastSession()->id == *b.sessionIdentifier);
    auto crossed = token(*one);
    crossed.serverAddress = b.serverAddress;
    QVERIFY(post(crossed, startPaos(crossed)).isEmpty());
    QCOMPARE(statusOf(post(a, startPaos(a))), 200);
    QCOMPARE(statusOf(post(b, startPaos(b))), 200);
}

QTEST_GUILESS_MAIN(LabServerTest)
#include "lab_server_test.moc"
