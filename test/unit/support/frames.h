// Keeps what a client of the JSON API and the service say to each other: one line of JSON per message, in the folder that
// EIDKERN_FRAMES names (nothing is kept without it). contract/frames.py judges all of it at the end of a test run.
#pragma once
#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>

namespace eidkern::test
{

class Frames // of one connection
{
public:
    enum class Over {
        WebSocket,
        Library,
    };

    // `strict`: each command that this client sends fits its schema.
    explicit Frames(Over over, bool strict = false) { keep("begin", {{"over", over == Over::WebSocket ? "websocket" : "library"}, {"strict", strict}}); }

    void toServer(const QByteArray& text) const { keep("server", inJson(text)); }
    void toClient(const QByteArray& text) const { keep("client", inJson(text)); }
    void rawToServer(const QByteArray& bytes) const { keep("server", {{"raw", hex(bytes.left(mostRaw))}, {"size", bytes.size()}}); } // frames, or what is none
    void closed(int code) const { keep("client", {{"close", code}}); }
    void gone() const { keep("end", {}); } // the client has dropped the connection: a workflow may be open
    void sequenceIsOver() const { keep("sequence", {}); } // of commands drawn at random

private:
    static QFile* file()
    {
        static const QByteArray folder = qgetenv("EIDKERN_FRAMES");
        if (folder.isEmpty()) return nullptr;
        static QFile kept(QFile::decodeName(folder) + "/" + QFileInfo(QCoreApplication::applicationFilePath()).fileName() + "-"
                          + QString::number(QCoreApplication::applicationPid()) + ".jsonl");
        if (!kept.isOpen() && !kept.open(QIODevice::WriteOnly)) qFatal("%s cannot be written", qPrintable(kept.fileName()));
        return &kept;
    }

    static QString hex(const QByteArray& bytes) { return QString::fromLatin1(bytes.toHex()); }
    static QJsonObject inJson(const QByteArray& text)
    {
        if (text.isValidUtf8()) return {{"text", QString::fromUtf8(text)}};
        return {{"bytes", hex(text)}};
    }

    void keep(const char* to, QJsonObject line) const
    {
        if (!file()) return;
        line.insert("connection", number_);
        line.insert("to", to);
        file()->write(QJsonDocument(line).toJson(QJsonDocument::Compact) + "\n");
        file()->flush(); // a test that ends badly has told all the same
    }

    static constexpr qsizetype mostRaw = 1000;
    static inline int connections = 0;
    const int number_ = ++connections;
};

} // namespace eidkern::test
