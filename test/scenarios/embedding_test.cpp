// Engines on threads of their own in a program that has a QCoreApplication: LoopThread, and logins through the C API.
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <stdexcept>

#include "card/simulator/document_signer.h"
#include "core/random.h"
#include "eidkern/eidkern.h"
#include "eidkern/lab.h"
#include "eidkern/loop_thread.h"
#include "eidkern/trust_store.h"
#include "lab/lab.h"
#include "network/qt_clock.h"
#include "network/qt_scheduler.h"

using namespace eidkern;

namespace
{

QByteArray runAuth(const std::string& url) { return R"({"cmd":"RUN_AUTH","tcTokenURL":")" + QByteArray::fromStdString(url) + "\"}"; }

// The lab on a thread of its own: the test's thread waits.
class LabThread
{
public:
    LabThread()
    {
        thread_.call([&] { parts_ = std::make_unique<Parts>(); });
        file_ = folder_.filePath("cvca.cvcert");
        QFile file(file_);
        if (!file.open(QIODevice::WriteOnly)) qFatal("no temporary file");
        thread_.call([&] { file.write(reinterpret_cast<const char*>(parts_->lab->cvca().whole.data()), qint64(parts_->lab->cvca().whole.size())); });
    }
    ~LabThread()
    {
        thread_.call([&] { parts_.reset(); });
    }
    QByteArray settings(const QByteArray& more = {}) const
    {
        return R"({"basicReader":true,"pcscReaders":false,"testTrustAnchors":[")" + file_.toUtf8() + "\"]" + more + "}";
    }
    QByteArray runAuth() const { return ::runAuth(parts_->lab->tcTokenUrl()); }
    std::vector<std::string> errorsTold() // by the client, in the newest session
    {
        return thread_.call([&] {
            std::vector<std::string> minors;
            if (const auto* session = parts_->lab->lastSession())
                for (const auto& each : session->received)
                    if (!each.result.isOk()) minors.push_back(each.result.minor);
            return minors;
        });
    }

private:
    struct Parts
    {
        network::QtScheduler scheduler;
        network::QtClock clock{scheduler};
        SystemRandom random;
        std::unique_ptr<lab::Lab> lab = lab::Lab::start(random, clock, {.trustedCscas = {card::testCscaCertificate()}}).value();
    };
    LoopThread thread_;
    std::unique_ptr<Parts> parts_;
    QTemporaryDir folder_;
    QString file_;
};

// A client of the C API that answers everything, and does something else at the message `meddleAt`.
class Client
{
public:
    explicit Client(const QByteArray& settings)
    {
        char why[200] = "";
        engine = eidkern_new(settings.constData(), [](void* context, const char* text) { static_cast<Client*>(context)->hear(text); }, this, why, sizeof why);
        if (!engine) qFatal("%s", why);
    }
    ~Client() { eidkern_free(engine); }
    Client(const Client&) = delete;

    void send(const QByteArray& command)
    {
        if (eidkern_send(engine, command.constData()) != EIDKERN_TAKEN) qFatal("refused");
    }
    QJsonObject result() // of the login; CTest's limit counts
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !result_.isEmpty(); });
        return result_;
    }
    void waitUntilMeddled()
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return meddled_; });
    }

    eidkern_engine* engine = nullptr;
    QString meddleAt;
    std::function<void()> meddle;
    std::atomic<int> heard = 0;

private:
    void hear(const char* text)
    {
        ++heard;
        const auto message = QJsonDocument::fromJson(text).object();
        const auto name = message["msg"].toString();
        if (name == meddleAt)
        {
            meddle();
            const std::lock_guard lock(mutex_);
            meddled_ = true;
            return changed_.notify_all();
        }
        if (name == "ACCESS_RIGHTS") send(R"({"cmd":"ACCEPT"})");
        if (name == "INSERT_CARD") send(R"({"cmd":"SET_CARD","name":"Simulator"})");
        if (name == "ENTER_PIN") send(R"({"cmd":"SET_PIN","value":"123456"})");
        if (name != "AUTH" || !message.contains("result")) return;
        const std::lock_guard lock(mutex_);
        result_ = message["result"].toObject();
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    QJsonObject result_;
    bool meddled_ = false;
};

} // namespace

class embedding_test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLoopThread()
    {
        std::vector<int> order;
        {
            LoopThread thread;
            QVERIFY(!thread.here());
            QCOMPARE(thread.call([&] { return thread.call([&] { return thread.here() ? 7 : 0; }); }), 7); // nested: at once
            QVERIFY_THROWS_EXCEPTION(std::runtime_error, thread.call([]() -> int { throw std::runtime_error("passed on"); }));
            thread.post([&] {
                thread.post([&] { order.push_back(2); });
                order.push_back(1);
            });
            thread.call([] {});
            thread.post([&] { order.push_back(3); });
        }
        QCOMPARE(order, (std::vector<int>{1, 2, 3})); // all of it before the end
    }

    void signalsAreForOthers()
    {
        LoopThread thread;
        sigset_t blocked;
        thread.call([&] { ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked); });
        QVERIFY(::sigismember(&blocked, SIGTERM) == 1 && ::sigismember(&blocked, SIGSEGV) == 0);
        ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked); // and this thread has its own mask again
        QVERIFY(::sigismember(&blocked, SIGTERM) == 0);
    }

    void aLogin()
    {
        LabThread lab;
        Client client(lab.settings());
        client.send(lab.runAuth());
        QVERIFY2(client.result()["major"].toString().endsWith("#ok"), QJsonDocument(client.result()).toJson());
    }

    void aTrustStore() // its root counts, and the link certificate that a service shows is kept in it
    {
        const QTemporaryDir folder;
        LoopThread thread;
        std::unique_ptr<PublicLab> lab;
        thread.call([&] {
            LabSettings settings;
            settings.variants = {"link"};
            lab = PublicLab::start(settings).value();
        });
        const auto path = folder.filePath("trust");
        const TrustStore store(path.toStdString(), [](const std::string& sentence) { qFatal("%s", sentence.c_str()); });
        QVERIFY(store.keep(lab->formerCvca(), Kept::TestRoot));

        const auto settings = "{\"basicReader\":true,\"pcscReaders\":false,\"trustStore\":\"" + path.toUtf8() + "\"}";
        const auto login = runAuth(lab->tcTokenUrl());
        {
            Client client(settings);
            client.send(login);
            QVERIFY2(client.result()["major"].toString().endsWith("#ok"), QJsonDocument(client.result()).toJson());
        }
        QCOMPARE(linksOf(store.all()).size(), std::size_t(1));
        Client again(settings); // which knows it now
        again.send(login);
        QVERIFY(again.result()["major"].toString().endsWith("#ok"));
        QCOMPARE(store.all().size(), std::size_t(2));
        thread.call([&] { lab.reset(); });
    }

    void aTrustStoreOfOthersIsRefused()
    {
        const QTemporaryDir folder;
        QVERIFY(QFile::setPermissions(folder.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner | QFile::WriteOther));
        char why[300] = "";
        const auto settings = "{\"trustStore\":\"" + folder.path().toUtf8() + "\"}";
        QVERIFY(!eidkern_new(settings.constData(), [](void*, const char*) {}, nullptr, why, sizeof why));
        QVERIFY2(QByteArray(why).startsWith("the setting 'trustStore' " + folder.path().toUtf8() + ": "), why);
    }

    void twoEnginesLogInAtOnce()
    {
        LabThread lab;
        Client one(lab.settings()), two(lab.settings(R"(,"persona":"minor")"));
        one.meddleAt = "ENTER_PIN"; // in the middle of its login the other one has a whole one
        one.meddle = [] {};
        one.send(lab.runAuth());
        one.waitUntilMeddled();
        two.send(lab.runAuth());
        QVERIFY(two.result()["major"].toString().endsWith("#ok"));
        one.send(R"({"cmd":"SET_PIN","value":"123456"})");
        QVERIFY(one.result()["major"].toString().endsWith("#ok"));
    }

    void freeingEndsALoginPolitely()
    {
        LabThread lab;
        auto client = std::make_unique<Client>(lab.settings());
        client->meddleAt = "ENTER_PIN";
        client->meddle = [] {};
        client->send(lab.runAuth());
        client->waitUntilMeddled();
        QElapsedTimer time;
        time.start();
        client.reset();
        QVERIFY2(time.elapsed() < 20'000, qPrintable(QString::number(time.elapsed()))); // the grace time is the limit, not the rule
        QCOMPARE(lab.errorsTold().size(), std::size_t(1));
    }

    void freeingFromInsideTheCallbackDuringALogin()
    {
        LabThread lab;
        auto* client = new Client(lab.settings()); // outlives the callback
        client->meddleAt = "ENTER_PIN";
        client->meddle = [client] { eidkern_free(std::exchange(client->engine, nullptr)); };
        client->send(lab.runAuth());
        client->waitUntilMeddled();
        const int heard = client->heard;
        QTRY_COMPARE_WITH_TIMEOUT(lab.errorsTold().size(), std::size_t(1), 30'000);
        QCOMPARE(client->heard.load(), heard);
        delete client;
    }
};

QTEST_GUILESS_MAIN(embedding_test)
#include "embedding_test.moc"
