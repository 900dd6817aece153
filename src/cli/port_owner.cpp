#include "cli/port_owner.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <chrono>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace eidkern::cli
{

namespace
{

struct Descriptor
{
    int value;
    explicit Descriptor(int v) : value(v) {}
    Descriptor(const Descriptor&) = delete;
    ~Descriptor()
    {
        if (value >= 0) ::close(value);
    }
};

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool isFree(std::uint16_t port)
{
    const Descriptor probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1; // connections that have ended do not count
    ::setsockopt(probe.value, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto address = loopback(port);
    return ::bind(probe.value, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// What is answered to a GET, at most 16 KiB, within 300 ms.
QByteArray answerTo(const QByteArray& path, std::uint16_t port)
{
    using namespace std::chrono;
    const auto end = steady_clock::now() + milliseconds(300);
    const Descriptor connection(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto wait = [&](short events) {
        pollfd entry{.fd = connection.value, .events = events, .revents = 0};
        const auto left = duration_cast<milliseconds>(end - steady_clock::now()).count();
        return left > 0 && ::poll(&entry, 1, int(left)) == 1;
    };
    const auto address = loopback(port);
    ::connect(connection.value, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const auto request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(port) + "\r\nConnection: close\r\n\r\n";
    if (!wait(POLLOUT) || ::send(connection.value, request.constData(), std::size_t(request.size()), MSG_NOSIGNAL) != request.size()) return {};
    QByteArray answer;
    char block[4096];
    while (answer.size() < 16 * 1024 && wait(POLLIN))
    {
        const auto size = ::recv(connection.value, block, sizeof block, 0);
        if (size <= 0) break;
        answer.append(block, size);
    }
    return answer;
}

std::string programAt(std::uint16_t port)
{
    const auto answer = answerTo("/eID-Client?Status=json", port);
    const auto body = answer.mid(answer.indexOf("\r\n\r\n") + 4);
    const auto status = QJsonDocument::fromJson(body.mid(body.indexOf('{'), body.lastIndexOf('}') - body.indexOf('{') + 1)).object(); // perhaps chunked
    const auto title = status.value(u"Implementation-Title").toString(status.value(u"Name").toString());
    return (title + QLatin1Char(' ') + status.value(u"Implementation-Version").toString()).trimmed().left(100).toStdString();
}

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString inodeOf(std::uint16_t port) // of the socket that listens there, on any address
{
    for (const auto* table : {"/proc/net/tcp", "/proc/net/tcp6"})
        for (const auto& line : contentOf(QString::fromLatin1(table)).split('\n'))
        {
            const auto words = line.simplified().split(' ');
            const auto here = QByteArray::number(port, 16).rightJustified(4, '0').toUpper();
            if (words.size() > 9 && words[1].endsWith(':' + here) && words[3] == "0A") return QString::fromLatin1(words[9]); // 0A: listening
        }
    return {};
}

long processOf(const QString& inode) // of this user; others do not let us look
{
    const auto wanted = QStringLiteral("socket:[%1]").arg(inode);
    for (const auto& process : QDir(QStringLiteral("/proc")).entryList({QStringLiteral("[0-9]*")}, QDir::Dirs))
    {
        const auto folder = QStringLiteral("/proc/%1/fd").arg(process);
        for (const auto& name : QDir(folder).entryList(QDir::System | QDir::Files | QDir::NoDotAndDotDot))
        {
            char target[64] = {};
            const auto size = ::readlink((folder + QLatin1Char('/') + name).toLocal8Bit().constData(), target, sizeof target - 1);
            if (size > 0 && QLatin1String(target) == wanted) return process.toLong();
        }
    }
    return 0;
}

} // namespace

std::optional<PortOwner> ownerOf(std::uint16_t port)
{
    if (isFree(port)) return {};
    PortOwner owner{.program = programAt(port), .process = 0, .command = {}};
    const auto inode = inodeOf(port);
    owner.process = inode.isEmpty() ? 0 : processOf(inode);
    if (owner.process > 0) owner.command = contentOf(QStringLiteral("/proc/%1/comm").arg(owner.process)).trimmed().toStdString();
    return owner;
}

} // namespace eidkern::cli
