// Figures beside floors that were measured in the same run, and the aims they have. Nothing here fails: what is missed is shown.
// CPU times are a process's own, so that they nearly hold on a busy machine. Wall times do not: they are also shown without the time
// that the processes waited for a processor.
#include <QCoreApplication>
#include <algorithm>
#include <cstdio>
#include <string_view>

#include "bench/bare_operations.h"
#include "bench/measure.h"
#include "bench/pieces.h"
#include "bench/program.h"

using namespace eidkern;
using namespace eidkern::bench;

namespace
{

void bareOperations(const Report& report, const LoginFloor& floor)
{
    report.section("Bare operations of one login, client and simulated card (plain OpenSSL, CPU)");
    for (const auto* part : {&floor.cryptography, &floor.tls})
        for (const auto& each : *part)
        {
            char what[96];
            std::snprintf(what, sizeof what, "%5.1f x %s (%.1f us)", each.count, each.name.c_str(), each.each);
            report({what, each.total(), "us", {}, {}});
        }
}

constexpr int leastPaosMessages = 4; // StartPAOS, EAC1, EAC2, and the server's one Transmit

void oneLogin(const Report& report, const LabProcess& lab)
{
    const auto anchor = lab.anchor();
    const auto card = adultCard(anchor);
    const auto& url = lab.selfAuthUrl();
    const auto begin = cpuNow();
    login(url, anchor, card);
    const auto first = cpuNow() - begin;
    const auto facts = loginFacts(url, anchor, card);
    std::vector<double> cpu, wall, undisturbed, labCpu;
    for (int i = 0; i < 40; ++i)
    {
        const auto cpuBegin = cpuNow(), wallBegin = wallNow(), labBegin = lab.cpuNow(), waitedBegin = waitedForProcessor("self") + lab.waited();
        login(url, anchor, card);
        cpu.push_back(cpuNow() - cpuBegin);
        wall.push_back((wallNow() - wallBegin) / 1000);
        undisturbed.push_back(wall.back() - (waitedForProcessor("self") + lab.waited() - waitedBegin) / 1000);
        labCpu.push_back(lab.cpuNow() - labBegin);
    }
    const auto floor = loginFloor(facts, lab);
    bareOperations(report, floor);

    report.section("One self-authentication: client and card in this process, the lab in another");
    const auto bare = floor.cryptographyTotal() + floor.tlsTotal();
    const auto engine = median(cpu);
    report({"CPU of a login", engine, "us", Floor{"bare operations and TLS", bare}, Aim{Aim::Of::Ratio, 1.5}});
    report({"CPU without TLS handshakes", engine - floor.tlsTotal(), "us", Floor{"bare operations", floor.cryptographyTotal()}, {}});
    report({"CPU of the first login of a process", first, "us", Floor{"later ones", engine}, {}});
    report({"CPU of the lab in a login", median(labCpu), "us", {}, {}});
    report({"wall time of a login", median(wall), "ms", Floor{"CPU of both processes", (engine + median(labCpu)) / 1000}, Aim{Aim::Of::Figure, 14}});
    report({"the same less the waits for a busy processor", median(undisturbed), "ms", {}, {}}); // these may overlap: at least that
    report({"TLS connections", double(facts.connections), "", {}, Aim{Aim::Of::Figure, 3}});
    report({"of them for PAOS", double(facts.paosConnections), "", {}, Aim{Aim::Of::Figure, 1}});
    report({"PAOS messages sent", double(facts.paosMessages), "", Floor{"least", leastPaosMessages}, {}});
    const auto all = facts.all();
    report({"APDUs", double(all.apdus), "", Floor{"least", double(all.apdus - spareApdus)}, {}});
    report({"bytes of APDUs and answers", double(all.bytes), "bytes", {}, {}});
    for (const auto& [state, traffic] : facts.apdus)
        report.note(state + ": " + std::to_string(traffic.apdus) + " APDUs, " + std::to_string(traffic.bytes) + " bytes");
}

void pinChange(const Report& report, const LabProcess& lab, double oneMultiplication)
{
    const auto card = adultCard(lab.anchor());
    const auto apdus = changePin(card);
    std::vector<double> wall;
    const auto cpu = cpuOf(60, [&] {
        const auto begin = wallNow();
        changePin(card);
        wall.push_back((wallNow() - begin) / 1000);
    });
    report.section("One change of the PIN: client and card in this process");
    report({"CPU", cpu, "us", Floor{"10 multiplications, of PACE", 10 * oneMultiplication}, Aim{Aim::Of::Ratio, 1.5}});
    report({"wall time", median(wall), "ms", Floor{"CPU", cpu / 1000}, {}});
    report({"APDUs", double(apdus), "", Floor{"least", double(apdus - spareApdus)}, {}}); // the last one sets the new PIN
}

void manyLogins(const Report& report, const LabProcess& lab)
{
    constexpr int many = 100, delay = 30; // milliseconds per APDU
    const auto anchor = lab.anchor();
    std::vector<SimulatedCard> cards;
    for (int i = 0; i < many; ++i) cards.push_back(adultCard(anchor, delay));
    auto begin = wallNow();
    loginsAtOnce(lab.selfAuthUrl(), anchor, {cards.front()});
    const auto one = (wallNow() - begin) / 1000;
    begin = wallNow();
    const auto cpuBegin = cpuNow(), waitedBegin = waitedForProcessor("self");
    loginsAtOnce(lab.selfAuthUrl(), anchor, cards);
    const auto wall = (wallNow() - begin) / 1000, cpu = (cpuNow() - cpuBegin) / 1000, waited = (waitedForProcessor("self") - waitedBegin) / 1000;

    report.section("100 logins at once in one process, cards of 30 ms per APDU");
    report({"wall time of 100 logins", wall, "ms", Floor{"2 x one login + CPU", 2 * one + cpu}, Aim{Aim::Of::Ratio, 1}});
    report({"the same without waiting for a busy processor", wall - waited, "ms", Floor{"2 x one login + CPU", 2 * one + cpu}, Aim{Aim::Of::Ratio, 1}});
    report({"CPU of each", cpu * 1000 / many, "us", {}, {}});
}

struct Starts // medians, ms
{
    double wall, undisturbed, cpu;
};

void commandLine(const Report& report, const LabProcess& lab)
{
    const Arguments empty{EIDKERN_EMPTY};
    const Arguments login{EIDKERN_CLI, "self-auth", lab.selfAuthUrl(), "--cvca", lab.cvcaFile(), "--consent", "auto", "--json"};
    const auto start = [](const Arguments& arguments) {
        std::vector<double> wall, cpu, undisturbed;
        for (int i = 0; i < 40; ++i)
        {
            const auto one = untilFirstLine(arguments);
            wall.push_back(one.wall / 1000);
            cpu.push_back(one.cpu / 1000);
            undisturbed.push_back((one.wall - one.waited) / 1000);
        }
        return Starts{median(std::move(wall)), median(std::move(undisturbed)), median(std::move(cpu))};
    };
    const auto first = start(login), least = start(empty);
    report.section("The command line");
    report({"start to first event", first.wall, "ms", Floor{"empty program with QtCore", least.wall}, Aim{Aim::Of::Figure, 10}});
    report({"the same without waiting for a busy processor", first.undisturbed, "ms", Floor{"empty program with QtCore", least.undisturbed},
            Aim{Aim::Of::Figure, 10}});
    report({"its CPU", first.cpu, "ms", Floor{"empty program with QtCore", least.cpu}, {}});
    const auto memory = peakMemory(login), leastMemory = peakMemory(empty);
    if (memory && leastMemory) report({"peak memory of a login", *memory, "MiB", Floor{"empty program with QtCore", *leastMemory}, Aim{Aim::Of::Figure, 24}});
    else report.note("peak memory: not measured, programs may not be traced here, or the login failed");
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const bool json = argc == 2 && std::string_view(argv[1]) == "--json";
    if (argc > 1 && !json)
    {
        std::fputs("usage: eidkern_bench [--json]\n", stderr);
        return 2;
    }
    const Report report(json);
    const LabProcess lab;
    oneLogin(report, lab);
    manyLogins(report, lab);
    commandLine(report, lab);
    const auto oneMultiplication = multiplication();
    pinChange(report, lab, oneMultiplication);
    pieces(report, oneMultiplication, verification());
}
