// What applications feel of the JSON API, over its WebSocket: sdk_bench [HOST PORT [TCTOKEN-URL [PID]]]. Without arguments it measures
// `eidkern serve` and a lab of its own; with them whatever listens there, if nobody else is connected.
#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <cstdio>
#include <fstream>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "bench/lab_process.h"
#include "bench/logins.h"
#include "bench/measure.h"
#include "bench/plain_client.h"

using namespace eidkern::bench;

namespace
{

struct Target
{
    std::string host, tcTokenUrl;
    int port;
    pid_t process; // 0: not known
};

struct Line
{
    const char* what;
    double published, aim; // of the AusweisApp 2.6.2; ours. 0: none
    const char* unit;
    const char* aimIs = "aim";
};

void print(const Line& line, double value)
{
    std::printf("%-44s %10.1f %-4s", line.what, value, line.unit);
    if (line.aim > 0) std::printf("   %-5s %8.0f", line.aimIs, line.aim);
    if (line.published > 0) std::printf("   AusweisApp 2.6.2 %8.1f", line.published);
    std::printf("\n");
    std::fflush(stdout);
}

class Serve // `eidkern serve` as a process
{
public:
    explicit Serve(const std::string& cvcaFile, const QStringList& more = {})
    {
        process_.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        auto environment = QProcessEnvironment::systemEnvironment();
        for (const auto* folder : {"XDG_STATE_HOME", "XDG_DATA_HOME"})
            environment.insert(folder, home_.path()); // its usual log, and no trust store of the user's
        process_.setProcessEnvironment(environment);
        process_.start(QStringLiteral(EIDKERN_CLI), QStringList{"serve", "--port", "0", "--json", "--cvca", QString::fromStdString(cvcaFile)} + more);
        while (!process_.canReadLine() && process_.waitForReadyRead(-1)) {}
        const auto line = process_.readLine();
        port = line.mid(line.indexOf("\"port\":") + 7).split(',').value(0).toInt();
    }
    ~Serve()
    {
        process_.terminate();
        process_.waitForFinished(-1);
    }
    pid_t id() const { return pid_t(process_.processId()); }

    int port = 0;

private:
    QTemporaryDir home_;
    QProcess process_;
};

double startUntilInfo(const std::string& cvcaFile) // ms
{
    std::vector<double> times;
    for (int i = 0; i < 15; ++i)
    {
        const auto begin = wallNow();
        const Serve serve(cvcaFile);
        PlainWebSocket client("127.0.0.1", serve.port, true);
        client.send(R"({"cmd":"GET_INFO"})");
        client.until("\"msg\":\"INFO\"");
        times.push_back((wallNow() - begin) / 1e3);
    }
    return median(std::move(times));
}

double residentMemory(pid_t process) // MiB
{
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
    return 0;
}

const std::string getStatus = PlainWebSocket::frame(R"({"cmd":"GET_STATUS"})");

double bareRoundTrip() // µs; of two processes that only pass the same bytes to and fro: what the machine takes for itself
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 0;
    const pid_t other = ::fork();
    const auto pass = [](int socket, bool first) {
        char bytes[64] = {};
        if (first && ::send(socket, bytes, sizeof bytes, MSG_NOSIGNAL) <= 0) return false;
        pollfd waiting{socket, POLLIN, 0};
        ::poll(&waiting, 1, -1);
        const auto got = ::recv(socket, bytes, sizeof bytes, 0);
        return got > 0 && (first || ::send(socket, bytes, std::size_t(got), MSG_NOSIGNAL) > 0);
    };
    ::close(ends[other == 0 ? 0 : 1]);
    if (other == 0)
    {
        while (pass(ends[1], false)) {}
        ::_exit(0);
    }
    std::vector<double> times;
    for (int i = 0; i < 20'000; ++i)
    {
        const auto begin = wallNow();
        pass(ends[0], true);
        times.push_back(wallNow() - begin);
    }
    ::close(ends[0]);
    ::waitpid(other, nullptr, 0);
    return median(std::move(times));
}

double roundTrip(PlainWebSocket& client) // µs
{
    std::vector<double> times;
    for (int i = 0; i < 20'000; ++i)
    {
        const auto begin = wallNow();
        client.sendBytes(getStatus);
        client.until("\"msg\":\"STATUS\"");
        times.push_back(wallNow() - begin);
    }
    return median(std::move(times));
}

double pipelined(PlainWebSocket& client) // per second
{
    constexpr std::size_t count = 200'000;
    client.sendBytes(getStatus);
    const auto answer = 2 + client.until("\"msg\":\"STATUS\"").size();
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += getStatus;
    const auto begin = wallNow();
    std::thread sender([&] { client.sendBytes(all); });
    client.drain(answer * count);
    const auto end = wallNow();
    sender.join();
    return double(count) / (end - begin) * 1e6;
}

double spent(pid_t process) // µs of CPU so far
{
    clockid_t clock{};
    return process && ::clock_getcpuclockid(process, &clock) == 0 ? microseconds(clock) : 0;
}

struct Spent
{
    double wall, cpu; // ms
};

Spent login(PlainWebSocket& client, const Target& target)
{
    const auto begin = wallNow(), cpu = spent(target.process);
    client.send(R"({"cmd":"RUN_AUTH","tcTokenURL":")" + target.tcTokenUrl + R"(","developerMode":true})");
    client.until("\"msg\":\"ACCESS_RIGHTS\"");
    client.send(R"({"cmd":"ACCEPT"})");
    client.until("\"msg\":\"INSERT_CARD\"");
    client.send(R"({"cmd":"SET_CARD","name":"Simulator"})");
    client.until("\"msg\":\"ENTER_PIN\"");
    client.send(R"({"cmd":"SET_PIN"})");
    const auto end = client.until("\"result\"");
    if (end.find("resultmajor#ok") == std::string::npos) std::printf("a login has failed: %s\n", end.c_str());
    return {(wallNow() - begin) / 1e3, (spent(target.process) - cpu) / 1e3};
}

std::optional<Spent> changePin(PlainWebSocket& client, pid_t process) // nothing: the server does not offer it
{
    const auto begin = wallNow(), cpu = spent(process);
    client.send(R"({"cmd":"RUN_CHANGE_PIN"})");
    if (client.until("CHANGE_PIN").find("not supported") != std::string::npos) return {};
    client.until("\"msg\":\"INSERT_CARD\"");
    client.send(R"({"cmd":"SET_CARD","name":"Simulator"})");
    client.until("\"msg\":\"ENTER_PIN\"");
    client.send(R"({"cmd":"SET_PIN"})");
    client.until("\"msg\":\"ENTER_NEW_PIN\"");
    client.send(R"({"cmd":"SET_NEW_PIN"})");
    const auto end = client.until("\"success\"");
    if (end.find("true") == std::string::npos) std::printf("a PIN change has failed: %s\n", end.c_str());
    return Spent{(wallNow() - begin) / 1e3, (spent(process) - cpu) / 1e3};
}

void printMedians(const std::vector<Spent>& all, const Line& line, const Target& target, double publishedCpu, double aimOfCpu)
{
    std::vector<double> wall, cpu;
    for (const auto& each : all)
    {
        wall.push_back(each.wall);
        cpu.push_back(each.cpu);
    }
    print(line, median(std::move(wall)));
    if (target.process) print({"  CPU", publishedCpu, aimOfCpu, "ms"}, median(std::move(cpu)));
}

// What the engine's log says of one change. Counted apart from the times: writing a log takes some, too.
int apdusOfPinChange(const std::string& cvcaFile)
{
    const QTemporaryDir folder;
    const auto log = folder.filePath("log");
    {
        const Serve serve(cvcaFile, {"--log", log});
        PlainWebSocket client("127.0.0.1", serve.port, true);
        changePin(client, serve.id());
    }
    std::ifstream lines(log.toStdString());
    int count = 0;
    for (std::string line; std::getline(lines, line);) count += line.find("\"card.apdu\"") != std::string::npos;
    return count;
}

void measure(const Target& target)
{
    {
        PlainWebSocket client(target.host, target.port, true);
        client.send(R"({"cmd":"GET_INFO"})");
        client.until("\"msg\":\"INFO\"");
        if (target.process) print({"memory with a client that does nothing", 48.2, 18, "MiB"}, residentMemory(target.process));
        print({"GET_STATUS, there and back", 40.9, 20, "us"}, roundTrip(client));
        print({"  of which two bare processes take", 0, 0, "us"}, bareRoundTrip());
        print({"GET_STATUS, pipelined", 44'900, 150'000, "/s"}, pipelined(client));
    }
    for (const bool quickAck : {true, false})
    {
        PlainWebSocket client(target.host, target.port, quickAck);
        std::vector<Spent> logins, changes;
        for (int i = 0; i < 21 && !target.tcTokenUrl.empty(); ++i) logins.push_back(login(client, target));
        for (int i = 0; i < 21; ++i)
            if (const auto one = changePin(client, target.process)) changes.push_back(*one);
        const Line one = quickAck ? Line{"RUN_AUTH, a client that acknowledges at once", 28.6, 14, "ms"} : Line{"RUN_AUTH, a plain client", 105.6, 14, "ms"};
        if (!logins.empty()) printMedians(logins, one, target, 17, 8);
        const Line other = quickAck ? Line{"RUN_CHANGE_PIN, acknowledging at once", 6.4, 10, "ms"} : Line{"RUN_CHANGE_PIN, a plain client", 91, 10, "ms"};
        if (!changes.empty()) printMedians(changes, other, target, 0, 0);
    }
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    if (argc > 2)
    {
        measure({argv[1], argc > 3 ? argv[3] : "", std::atoi(argv[2]), argc > 4 ? pid_t(std::atoi(argv[4])) : 0});
        return 0;
    }
    const LabProcess lab;
    print({"start until GET_INFO is answered", 32.7, 10, "ms"}, startUntilInfo(lab.cvcaFile()));
    const Serve serve(lab.cvcaFile());
    measure({"127.0.0.1", lab.tcTokenUrl(), serve.port, serve.id()});
    const auto apdus = apdusOfPinChange(lab.cvcaFile());
    print({"APDUs of a PIN change", 0, double(apdus - spareApdus), "", "least"}, apdus);
}
