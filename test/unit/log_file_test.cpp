// A log in a file: what it may become, whose it is, and several programs that write into the same one.
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eidkern/log_file.h"

using namespace eidkern;

class log_file_test : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> home_;

    std::string path(const char* name = "state/eidkern/log") const { return home_->filePath(name).toStdString(); }
    QByteArray content(const char* name) const
    {
        QFile file(home_->filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    static int modeOf(const std::string& path)
    {
        struct stat about{};
        return ::stat(path.c_str(), &about) == 0 ? int(about.st_mode & 07777) : -1;
    }

private Q_SLOTS:
    void init() { home_ = std::make_unique<QTemporaryDir>(); }

    void appended()
    {
        LogFile::append(path("log")).value()("one");
        const auto again = LogFile::append(path("log")).value();
        again("two");
        auto copy = again;
        copy("three");
        QCOMPARE(content("log"), "one\ntwo\nthree\n");
        QCOMPARE(modeOf(path("log")), 0600);
        QVERIFY(QFile::link(home_->filePath("log"), home_->filePath("link")));
        QCOMPARE(LogFile::append(path("link")).error(), path("link") + ": Too many levels of symbolic links");
        QCOMPARE(LogFile::append("/no/such/log").error(), std::string("/no/such/log: No such file or directory"));
    }

    void itsFolderIsMade()
    {
        LogFile::bounded(path(), 100).value()("one");
        QCOMPARE(modeOf(path("state")), 0700); // whatever the umask
        QCOMPARE(modeOf(path("state/eidkern")), 0700);
        QCOMPARE(modeOf(path()), 0600);
        QCOMPARE(content("state/eidkern/log"), "one\n");
        QCOMPARE(::chmod(path().c_str(), 0644), 0); // somebody has restored it from elsewhere
        LogFile::bounded(path(), 100).value()("two");
        QCOMPARE(modeOf(path()), 0600);
    }

    void aFullOneIsPutAside()
    {
        const auto log = LogFile::bounded(path(), 100).value();
        for (int i = 100; i < 165; ++i)
        {
            log("line " + std::to_string(i)); // nine bytes with its end
            QVERIFY(content("state/eidkern/log").size() <= 100 && content("state/eidkern/log.1").size() <= 100);
        }
        QByteArray last;
        for (int i = 144; i < 165; ++i) last += "line " + QByteArray::number(i) + "\n";
        QVERIFY(last.size() == 189 && content("state/eidkern/log.1") + content("state/eidkern/log") == last);
        QCOMPARE(QDir(home_->filePath("state/eidkern")).entryList(QDir::Files | QDir::Hidden), (QStringList{"log", "log.1"}));
        QCOMPARE(modeOf(path("state/eidkern/log.1")), 0600);
        log(std::string(100, 'x')); // with its end longer than the file may be
        QVERIFY(content("state/eidkern/log.1") + content("state/eidkern/log") == last);
    }

    void whatIsNotOurs()
    {
        QVERIFY(QDir(home_->path()).mkpath("state/eidkern"));
        QVERIFY(QFile::link("/etc/hostname", home_->filePath("state/eidkern/log")));
        QVERIFY(!LogFile::bounded(path(), 100)); // a symbolic link
        QVERIFY(QFile::remove(home_->filePath("state/eidkern/log")));
        QCOMPARE(::mkfifo(path().c_str(), 0600), 0);
        QVERIFY(!LogFile::bounded(path(), 100)); // and does not wait for a reader
        QVERIFY(QFile::remove(home_->filePath("state/eidkern/log")));
        QVERIFY(LogFile::bounded(path(), 100));
        QCOMPARE(::chmod(path().c_str(), 0620), 0);
        QVERIFY(!LogFile::bounded(path(), 100));
        QCOMPARE(::chmod(path().c_str(), 0600), 0);
        QCOMPARE(::chmod(path("state/eidkern").c_str(), 0770), 0);
        QVERIFY(!LogFile::bounded(path(), 100));
        QCOMPARE(::chmod(path("state/eidkern").c_str(), 0700), 0);
        QVERIFY(QFile::link(home_->filePath("state/eidkern"), home_->filePath("detour")));
        QVERIFY(!LogFile::bounded(path("detour/log"), 100));
        QVERIFY(!LogFile::bounded("/proc/eidkern/log", 100)); // no folder can be made there
    }

    void anotherProgramPutItAside() // ours goes on in the new one, also when that has happened twice
    {
        const auto one = LogFile::bounded(path(), 20).value(), other = LogFile::bounded(path(), 20).value();
        one("1");
        for (const char* each : {"0123456789", "1123456789", "2123456789"}) other(each);
        QCOMPARE(content("state/eidkern/log.1"), "1123456789\n");
        one("second");
        QCOMPARE(content("state/eidkern/log"), "2123456789\nsecond\n");
        QVERIFY(QFile::remove(home_->filePath("state/eidkern/log"))); // by a person
        one("third");
        other("fourth");
        QCOMPARE(content("state/eidkern/log"), "third\nfourth\n");
    }

    void severalProgramsAtOnce() // no line is torn, the bound holds, and nothing is lost but at a change
    {
        constexpr int programs = 4, lines = 3000;
        constexpr std::size_t most = 200'000;
        std::vector<pid_t> children;
        for (int i = 0; i < programs; ++i)
        {
            children.push_back(::fork());
            if (children.back() != 0) continue;
            const auto log = LogFile::bounded(path(), most);
            for (int line = 0; log && line < lines; ++line) (*log)(std::string(std::size_t(line % 60 + 1), char('a' + i)) + std::to_string(line) + ";");
            ::_exit(log ? 0 : 1);
        }
        for (const auto each : children)
        {
            int status = -1;
            QCOMPARE(::waitpid(each, &status, 0), each);
            QCOMPARE(status, 0);
        }
        const auto now = content("state/eidkern/log"), before = content("state/eidkern/log.1");
        QVERIFY(std::size_t(now.size()) <= most && std::size_t(before.size()) <= most + programs * 70); // they look and write one after the other
        QVERIFY2(std::size_t(before.size()) > most - programs * 70, qPrintable(QString::number(before.size())));
        static const QRegularExpression whole("^(a+|b+|c+|d+)([0-9]+);$");
        for (const auto& line : (before + now).split('\n'))
        {
            const auto match = whole.match(line);
            if (line.isEmpty()) continue;
            QVERIFY2(match.hasMatch() && match.captured(1).size() == match.captured(2).toInt() % 60 + 1, line);
        }
    }
};

QTEST_GUILESS_MAIN(log_file_test)
#include "log_file_test.moc"
