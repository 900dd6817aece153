// How a dialogue with a client is written, in dialogues/*.txt:
//     == NAME          a dialogue begins; what stands before the first one holds for all of the file, common.txt for all files
//     let NAME = TEXT  from here on $NAME is TEXT
//     api {...}        settings: simulator, basicReader, multi, identity
//     lab {...}        the service: required, optional (rights); requiredAge, communityId, transactionInfo, variants and service as in the
//                      scenarios; "cancelAt", "leaveAt": the client sends CANCEL, or drops its connection, when the server gets this
//                      request, which is answered when the service has heard of it
//     > TEXT           the client sends this, $tcTokenURL filled in
//     < TEXT           the next message is this, to the byte; * stands for anything, ? for any character
//     ! WORDS          something happens: see dialogue_test.cpp
//     = N ... =        what is between is done N times
// A dialogue begins when the client is connected and has been told of the simulator, and ends when all messages have been looked at.
#pragma once
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QList>
#include <QStringList>
#include <algorithm>
#include <map>

namespace eidkern::test
{

struct Dialogue
{
    QString name, file;
    QJsonObject api, lab;
    QStringList steps; // loops unrolled

    // Whether a client that knows no newer level goes the same way.
    bool isForEveryLevel() const
    {
        return std::ranges::none_of(steps, [](const QString& step) { return step.contains("API_LEVEL") || step.contains("\"PAUSE\""); });
    }
    QStringList stepsIn(int level) const;
};

inline QString setLevel(int level) { return QString(R"({"cmd":"SET_API_LEVEL","level":%1,"request":"level"})").arg(level); }

// The same steps for a client of a lower level: in level 1 there is no STATUS, READER_LIST has another key, and cards are simulated in
// level 2, for so long. The answers to setLevel() are to be passed over.
inline QStringList Dialogue::stepsIn(int level) const
{
    QStringList all;
    if (level != 3) all << "> " + setLevel(level);
    QString command;
    for (auto step : steps)
    {
        const bool wasCard = command == "SET_CARD", sends = step.startsWith("> ");
        if (sends) command = QJsonDocument::fromJson(step.mid(2).toUtf8())["cmd"].toString();
        else if (wasCard) command.clear();
        if (level == 1 && wasCard && command != "SET_CARD") all << "> " + setLevel(1);
        if (level == 1 && !wasCard && command == "SET_CARD") all << "> " + setLevel(2);
        if (level == 1 && step.startsWith(R"(< {"msg":"STATUS")"))
        {
            if (command != "GET_STATUS") continue;
            step = R"(< {"error":"GET_STATUS","msg":"UNKNOWN_COMMAND"})";
        }
        if (command == "GET_STATUS" && !sends) command.clear();
        if (level == 1 && step.startsWith(R"(< {"msg":"READER_LIST")")) step.replace("readers", "reader");
        all << step;
        if (step == "! connect" && level != 3) all << "> " + setLevel(level);
    }
    return all;
}

// Whether `text` is `pattern`, in which * is anything and ? any character.
inline bool fits(QStringView pattern, QStringView text)
{
    qsizetype p = 0, t = 0, star = -1, from = 0;
    while (t < text.size())
    {
        if (p < pattern.size() && pattern[p] == u'*')
        {
            star = p++;
            from = t;
        }
        else if (p < pattern.size() && (pattern[p] == u'?' || pattern[p] == text[t]))
        {
            ++p;
            ++t;
        }
        else if (star >= 0)
        {
            p = star + 1;
            t = ++from;
        }
        else return false;
    }
    while (p < pattern.size() && pattern[p] == u'*') ++p;
    return p == pattern.size();
}

class DialogueFiles
{
public:
    explicit DialogueFiles(const QString& folder) : folder_(folder) { read("common.txt"); }

    QList<Dialogue> read(const QString& file)
    {
        QFile source(folder_ + "/" + file);
        if (!source.open(QIODevice::ReadOnly)) qFatal("%s cannot be read", qPrintable(source.fileName()));
        QList<Dialogue> all;
        auto words = common_;
        qsizetype loopBegins = -1, times = 0;
        const auto lines = QString::fromUtf8(source.readAll()).split('\n');
        for (const auto& line : lines)
        {
            const auto rest = replaced(line.section(' ', 1), words);
            if (line.isEmpty() || line.startsWith('#')) continue;
            if (line.startsWith("let ")) words[line.section(' ', 1, 1)] = replaced(line.section(" = ", 1), words);
            else if (line.startsWith("== ")) all.append(Dialogue{rest, file, {}, {}, {}});
            else if (line.startsWith("api ")) all.last().api = object(line, rest);
            else if (line.startsWith("lab ")) all.last().lab = object(line, rest);
            else if (line.startsWith("= "))
            {
                times = rest.toInt();
                loopBegins = all.last().steps.size();
            }
            else if (line == "=") unroll(all.last().steps, loopBegins, times);
            else if (line.startsWith("> ") || line.startsWith("< ") || line.startsWith("! ")) all.last().steps << line.left(2) + rest;
            else qFatal("%s: what is meant by: %s", qPrintable(file), qPrintable(line));
        }
        if (all.isEmpty()) common_ = words;
        return all;
    }

private:
    using Words = std::map<QString, QString>;

    static QString replaced(QString text, const Words& words) // longer names first: $empty is not $e
    {
        for (auto it = words.rbegin(); it != words.rend(); ++it) text.replace("$" + it->first, it->second);
        return text;
    }
    static QJsonObject object(const QString& line, const QString& text)
    {
        const auto document = QJsonDocument::fromJson(text.toUtf8());
        if (!document.isObject()) qFatal("no JSON object: %s", qPrintable(line));
        return document.object();
    }
    static void unroll(QStringList& steps, qsizetype from, qsizetype times)
    {
        const auto once = steps.mid(from);
        for (qsizetype i = 1; i < times; ++i) steps << once;
    }

    const QString folder_;
    Words common_;
};

} // namespace eidkern::test
