// How a client of the JSON API may end a workflow, over a real WebSocket, in every state and level: CANCEL, and each way of leaving. The
// next workflow, or the next client, is served directly afterwards.
#include "scenarios/api_places.h"

using namespace eidkern;
using namespace eidkern::test;

static constexpr Place rights = places[1], enterPin = places[3];

class api_ends_test : public QObject
{
    Q_OBJECT

    enum Way {
        Goodbye,
        Silent,
        TornOff,
    };

    const ApiWorld world_;

private slots:
    void cancel_data();
    void cancel();
    void disconnect_data();
    void disconnect();
};

void api_ends_test::cancel_data()
{
    QTest::addColumn<int>("place");
    QTest::addColumn<int>("level");
    for (std::size_t i = 0; i < places.size(); ++i)
        for (const int level : {1, 2, 3}) QTest::addRow("%s, level %d", nameOf(places[i]).constData(), level) << int(i) << level;
}

void api_ends_test::cancel()
{
    QFETCH(const int, place);
    QFETCH(const int, level);
    ApiClient client(world_.port());
    QVERIFY(world_.reach(client, places[std::size_t(place)], level));
    for (int i = 0; i < 3; ++i) client.send("CANCEL");
    QCOMPARE(reasonOf(client.end()), QString("User_Cancelled"));
    const QJsonObject over{{"error", "CANCEL"}, {"msg", "BAD_STATE"}};
    QCOMPARE(client.ask("CANCEL"), over);
    client.ask(inLevel(3));
    QCOMPARE(client.ask("GET_STATUS"), statusOf());
    QVERIFY(world_.reach(client, rights, level)); // the next one directly afterwards
    client.send("CANCEL");
    QVERIFY(!client.end().isEmpty());
}

void api_ends_test::disconnect_data()
{
    QTest::addColumn<int>("place"); // -1: RUN_AUTH has just been sent
    QTest::addColumn<int>("level");
    QTest::addColumn<int>("way");
    for (const auto& [way, words] : {std::pair(Goodbye, "with a goodbye"), std::pair(Silent, "silently"), std::pair(TornOff, "torn off")})
    {
        QTest::addRow("at once, %s", words) << -1 << 3 << int(way);
        for (std::size_t i = 0; i < places.size(); ++i)
            for (const int level : {1, 2, 3}) QTest::addRow("%s, level %d, %s", nameOf(places[i]).constData(), level, words) << int(i) << level << int(way);
    }
}

void api_ends_test::disconnect()
{
    QFETCH(const int, place);
    QFETCH(const int, level);
    QFETCH(const int, way);
    {
        ApiClient client(world_.port());
        if (place >= 0) QVERIFY(world_.reach(client, places[std::size_t(place)], level));
        else client.send(world_.run());
        auto& socket = client.socket();
        if (way == Goodbye)
        {
            socket.sendBytes(WebSocketClient::frame(0x88, "\x03\xE8"));
            while (socket.next().first == 0x81) {}
        }
        way == TornOff ? socket.tearOff() : socket.leave();
    }
    ApiClient next(world_.port()); // comes as soon as the other one's workflow has unwound
    QCOMPARE(next.next()["name"].toString(), QString("Simulator"));
    QCOMPARE(next.ask("GET_STATUS"), statusOf());
    QVERIFY(world_.reach(next, enterPin, level));
    next.send(rightPin);
    QVERIFY(next.end()["url"].toString().endsWith("ResultMajor=ok"));
}

QTEST_GUILESS_MAIN(api_ends_test)
#include "api_ends_test.moc"
