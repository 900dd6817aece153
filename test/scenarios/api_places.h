// Every place in which a client of the JSON API can find itself in a workflow, and the way there.
#pragma once
#include <QTcpServer>

#include "scenarios/api_client.h"

namespace eidkern::test
{

struct Place // where a workflow waits for its client, or, without a state, works
{
    const char* state;
    const char* persona; // of the card that leads there
    const char* workflow = "AUTH";
};
constexpr std::array places{Place{"", ""},
                            Place{"ACCESS_RIGHTS", ""},
                            Place{"INSERT_CARD", ""},
                            Place{"ENTER_PIN", "adult"},
                            Place{"ENTER_CAN", "wrong-pin-twice"},
                            Place{"ENTER_PUK", "pin-blocked"},
                            Place{"PAUSE", "adult"},
                            Place{"INSERT_CARD", "", "CHANGE_PIN"},
                            Place{"ENTER_PIN", "adult", "CHANGE_PIN"},
                            Place{"ENTER_CAN", "wrong-pin-twice", "CHANGE_PIN"},
                            Place{"ENTER_PUK", "pin-blocked", "CHANGE_PIN"},
                            Place{"PAUSE", "adult", "CHANGE_PIN"},
                            Place{"ENTER_NEW_PIN", "adult", "CHANGE_PIN"}};

inline QByteArray nameOf(const Place& place) { return QByteArray(*place.state ? place.state : "working") + " in " + place.workflow; }

// The answer to GET_STATUS there; without a place, that of no workflow.
inline QJsonObject statusOf(const Place* place = nullptr)
{
    if (!place) return {{"msg", "STATUS"}, {"progress", QJsonValue()}, {"state", QJsonValue()}, {"workflow", QJsonValue()}};
    return {{"msg", "STATUS"}, {"progress", 0}, {"state", *place->state ? QJsonValue(place->state) : QJsonValue()}, {"workflow", place->workflow}};
}

inline QString reasonOf(const QJsonObject& end) { return (end.contains("result") ? end["result"]["reason"] : end["reason"]).toString(); }

inline QJsonObject inLevel(int level) { return {{"cmd", "SET_API_LEVEL"}, {"level", level}}; }

inline const QJsonObject rightPin{{"cmd", "SET_PIN"}, {"value", "123456"}};

class ApiWorld // lab, server, and an address that never answers
{
public:
    ApiWorld()
    {
        silent_.setMaxPendingConnections(1000); // they stay open
        if (!silent_.listen(QHostAddress::LocalHost)) qFatal("no free port");
    }

    quint16 port() const { return server_.port(); }
    QJsonObject run() const { return run(QString::fromStdString(lab_->tcTokenUrl())); }

    // Brings the client to a place, in a level; false: it is not reached. Commands and messages that the level does not have are used in a
    // higher one.
    bool reach(ApiClient& client, const Place& place, int level = 3) const
    {
        client.send(inLevel(QString(place.state) == "PAUSE" ? 3 : level));
        return go(client, place, level) && client.ask(inLevel(level))["current"] == level;
    }

private:
    static std::unique_ptr<PublicLab> lab()
    {
        LabSettings settings;
        settings.requiredRights = {"DateOfBirth"};
        settings.optionalRights = {"FamilyName"};
        return PublicLab::start(settings).value();
    }
    static QJsonObject run(const QString& url) { return {{"cmd", "RUN_AUTH"}, {"status", false}, {"tcTokenURL", url}}; }

    bool go(ApiClient& client, const Place& place, int level) const
    {
        const QString state(place.state);
        const bool login = QString(place.workflow) == "AUTH";
        if (state.isEmpty())
        {
            client.send(run(QString("https://127.0.0.1:%1/").arg(silent_.serverPort())));
            return !client.until("AUTH").isEmpty();
        }
        client.send(login ? run() : QJsonObject{{"cmd", "RUN_CHANGE_PIN"}, {"status", false}});
        if (login && client.until("ACCESS_RIGHTS").isEmpty()) return false;
        if (state == "ACCESS_RIGHTS") return true;
        if (login) client.send("ACCEPT");
        if (client.until("INSERT_CARD").isEmpty()) return false;
        if (state == "INSERT_CARD") return true;
        if (level == 1 && state != "PAUSE") client.send(inLevel(2));
        client.send(QJsonObject{{"cmd", "SET_CARD"}, {"name", "Simulator"}, {"simulator", QJsonObject{{"persona", place.persona}}}});
        if (level == 1 && state != "PAUSE") client.send(inLevel(1));
        if (state == "PAUSE") return lieBadly(client);
        if (state != "ENTER_NEW_PIN") return !client.until(place.state).isEmpty();
        client.until("ENTER_PIN");
        client.send(rightPin);
        return !client.until(place.state).isEmpty();
    }
    bool lieBadly(ApiClient& client) const // the card is lost again and again while PACE runs
    {
        const auto card = server_.card();
        client.until("ENTER_PIN");
        card.state->reader.removeAtApdu(7);
        client.send(rightPin);
        for (int i = 0; i < 20; ++i)
        {
            const auto message = client.until({"INSERT_CARD", "PAUSE"});
            if (message["msg"] == "PAUSE") return true;
            card.state->reader.removeAtApdu(7);
            SimulatedCard(card).insert();
        }
        return false;
    }

    const std::unique_ptr<PublicLab> lab_ = lab();
    const ApiServer server_{apiSettings(*lab_)};
    QTcpServer silent_;
};

} // namespace eidkern::test
