// A real pcscd of the test's own, with virtual readers: needs no root, no namespaces, no systemd, and never sees real readers.
// The client library finds it through PCSCLITE_CSOCK_NAME, which is set for this process and its children. It looks once: one
// Daemon for each process, which may be started again and again.
#pragma once
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <algorithm>
#include <csignal>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <winscard.h>

namespace eidkern::test
{

class Daemon
{
public:
    static QString program()
    {
        return QStandardPaths::findExecutable("pcscd").isEmpty() ? QStandardPaths::findExecutable("pcscd", {"/usr/sbin"})
                                                                 : QStandardPaths::findExecutable("pcscd");
    }

    Daemon()
    {
        for (const auto* each : {"conf", "run", "drivers/virtual.bundle/Contents/Linux"}) QDir(folder_.path()).mkpath(each);
        // copies: a path in reader.conf may not hold every letter that a build folder may
        QFile::copy(E2E_LIBRARIES "/libifd_virtual.so", path("drivers/virtual.bundle/Contents/Linux/libifd_virtual.so"));
        QFile::copy(E2E_LIBRARIES "/libifd_virtual.so", path("libifd_virtual.so"));
        QFile::copy(E2E_LIBRARIES "/libprivate_pcscd.so", path("libprivate_pcscd.so"));
        write("drivers/virtual.bundle/Contents/Info.plist",
              "<plist><dict>\n<key>CFBundleExecutable</key><string>libifd_virtual.so</string>\n<key>ifdCapabilities</key><string>0x00000000</string>\n"
              "<key>ifdVendorID</key><array><string>0x1209</string></array>\n<key>ifdProductID</key><array><string>0xE1D0</string></array>\n"
              "<key>ifdFriendlyName</key><array><string>Virtual USB Reader</string></array>\n</dict></plist>\n");
        qputenv("PCSCLITE_CSOCK_NAME", path("run/pcscd.comm").toUtf8());
    }
    ~Daemon() { stop(); }

    QString path(const QString& name) const { return folder_.filePath(name); }

    // A reader that is there from the start. `device`: options of the driver, e.g. "v:unix=/dir/card:events=1".
    void addReader(const QString& name, const QString& device, const QString& library)
    {
        write("conf/" + QString(name).remove(' '), QString("FRIENDLYNAME \"%1\"\nDEVICENAME %2\nLIBPATH %3\nCHANNELID 0\n").arg(name, device, library).toUtf8());
    }

    bool start()
    {
        QFile::remove(path("run/pcscd.comm")); // a killed one leaves it
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("PCSCD_DIR", folder_.path());
        environment.insert("LD_PRELOAD", path("libprivate_pcscd.so"));
        process_.setProcessEnvironment(environment);
        process_.setStandardInputFile(QProcess::nullDevice());
        process_.setStandardOutputFile(path("log"));
        process_.setStandardErrorFile(path("log"));
        process_.start(program(), {"-f", "--error", "-c", path("conf")});
        if (!process_.waitForStarted(5'000)) return false;
        for (int tries = 0; tries < 1000 && process_.state() == QProcess::Running; ++tries)
        {
            SCARDCONTEXT context = 0;
            const bool ready = SCardEstablishContext(SCARD_SCOPE_USER, nullptr, nullptr, &context) == SCARD_S_SUCCESS;
            if (ready) SCardReleaseContext(context);
            if (ready) return true;
            process_.waitForFinished(10); // pauses, and sees it end
        }
        return false;
    }
    void stop()
    {
        process_.terminate();
        process_.waitForFinished(5'000);
    }
    void kill()
    {
        process_.kill();
        process_.waitForFinished(5'000);
    }

    pid_t pid() const { return pid_t(process_.processId()); }
    void hang(bool hanging) const // stopped: each of its threads, when this returns
    {
        ::kill(pid(), hanging ? SIGSTOP : SIGCONT);
        while (hanging && !isStopped()) std::this_thread::yield();
    }

    // Real hot plug: "add NAME 1209:E1D0 DEVICE" or "remove NAME".
    bool usb(const QByteArray& command) const
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const auto socketPath = path("usb.sock").toUtf8();
        std::copy(socketPath.begin(), socketPath.end(), address.sun_path);
        const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const auto sent = ::sendto(fd, command.constData(), std::size_t(command.size()), 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        ::close(fd);
        return sent == command.size();
    }

    QByteArray log() const
    {
        QFile file(path("log"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

private:
    bool isStopped() const
    {
        const auto tasks = QString("/proc/%1/task/").arg(process_.processId());
        const auto threads = QDir(tasks).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
        return std::ranges::all_of(threads, [&tasks](const QString& thread) {
            QFile stat(tasks + thread + "/stat"); // PID (NAME) STATE
            return stat.open(QIODevice::ReadOnly) && stat.readAll().contains(") T ");
        });
    }

    void write(const QString& name, const QByteArray& content) const
    {
        QFile file(path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size()) qFatal("no temporary files");
    }

    QTemporaryDir folder_{"/tmp/eidkern-e2e-XXXXXX"}; // short: Unix sockets
    QProcess process_;
};

} // namespace eidkern::test
