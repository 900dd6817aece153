// Keeps what a client of the JSON API and the service say to each other: one line of JSON per message, in the folder that
// EIDKERN_FRAMES names (nothing is kept without it). contract/frames_test.py judges all of it at the end of a test run.
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
    void toServer(const QByteArray& text) const { keep("server", text); }
    void toClient(const QByteArray& text) const { keep("client", text); }
    void gone() const { keep("end", {}); } // the connection has ended: a workflow may be open

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

    void keep(const char* to, const QByteArray& text) const
    {
        if (!file()) return;
        QJsonObject line{{"connection", number_}, {"to", to}};
        if (text.isValidUtf8()) line.insert("text", QString::fromUtf8(text));
        else line.insert("bytes", QString::fromLatin1(text.toHex()));
        file()->write(QJsonDocument(line).toJson(QJsonDocument::Compact) + "\n");
        file()->flush(); // a test that ends badly has told all the same
    }

    static inline int connections = 0;
    const int number_ = ++connections;
};

} // namespace eidkern::test
