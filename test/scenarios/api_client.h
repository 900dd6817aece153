// A client of the JSON API over a real WebSocket, and what it talks to: lab, service and server in this process.
#pragma once
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include "eidkern/lab.h"
#include "scenarios/watched_service.h"
#include "sdk/server.h"
#include "support/web_socket_client.h"

namespace eidkern::test
{

inline JsonApiSettings apiSettings(const PublicLab& lab)
{
    JsonApiSettings settings;
    settings.trustAnchors = {TrustAnchor::parse(lab.cvca()).value()};
    settings.pcscReaders = false;
    settings.basicReader = true;
    return settings;
}

struct ApiServer // on any free port
{
    explicit ApiServer(JsonApiSettings settings) : ApiServer(std::make_unique<Watched>(std::move(settings))) {}
    quint16 port() const { return server->port(); }
    SimulatedCard card() const { return service->card(); } // of the client that is there

    Watched* service;
    std::unique_ptr<ActivationServer> server;

private:
    explicit ApiServer(std::unique_ptr<Watched> watched) : service(watched.get()), server(sdk::listen({.port = 0}, nullptr, std::move(watched)).value()) {}
};

class ApiClient
{
public:
    explicit ApiClient(quint16 port) : socket_(std::make_unique<WebSocketClient>(port))
    {
        // 409: the workflow of the client before still unwinds
        while (socket_->status() == 409) socket_ = std::make_unique<WebSocketClient>(port);
        if (socket_->status() != 101) qFatal("refused: %s", socket_->head().constData());
    }
    WebSocketClient& socket() { return *socket_; }

    void send(const QByteArray& text) { socket_->send(text); }
    void send(const QJsonObject& command) { send(QJsonDocument(command).toJson(QJsonDocument::Compact)); }
    void send(const char* command) { send(QJsonObject{{"cmd", command}}); }

    // The next message; empty when the connection ends, or nothing comes.
    QJsonObject next() { return QJsonDocument::fromJson(socket_->text()).object(); }

    QJsonObject until(const QStringList& wanted) // the next message of these names without an error
    {
        while (true)
        {
            const auto message = next();
            if (message.isEmpty() || (wanted.contains(message["msg"].toString()) && !message.contains("error"))) return message;
        }
    }
    QJsonObject until(const char* wanted) { return until(QStringList(wanted)); }

    // The direct answer; messages that come before it are passed over.
    QJsonObject ask(QJsonObject command)
    {
        const int request = ++requests_;
        command.insert("request", request);
        send(command);
        while (true)
        {
            auto message = next();
            if (message.isEmpty()) return message;
            if (message["request"] != request) continue;
            message.remove("request");
            return message;
        }
    }
    QJsonObject ask(const char* command) { return ask(QJsonObject{{"cmd", command}}); }

    // The end of the workflow, AUTH or CHANGE_PIN.
    QJsonObject end()
    {
        while (true)
        {
            const auto message = next();
            if (message.isEmpty() || message.contains("result") || message.contains("success")) return message;
        }
    }

private:
    std::unique_ptr<WebSocketClient> socket_;
    int requests_ = 0;
};

} // namespace eidkern::test
