// Figures as ratios against a floor measured in the same run, median of several rounds, so that they hold on any machine:
// how much more than the cryptography that nobody can avoid does our code cost?
#include <QCoreApplication>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <vector>

#include <openssl/rand.h>

#include "core/openssl.h"
#include "scenarios/login_bench.h"
#include "support/card_bench.h"
#include "support/eac_server.h"

using namespace eidkern;
using namespace eidkern::test;

namespace
{

double median(int rounds, const std::function<void()>& work) // microseconds
{
    std::vector<double> times;
    for (int i = 0; i < rounds + 1; ++i)
    {
        const auto begin = std::chrono::steady_clock::now();
        work();
        times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
    }
    times.erase(times.begin()); // warm-up
    std::ranges::nth_element(times, times.begin() + rounds / 2);
    return times[std::size_t(rounds / 2)];
}

void row(const char* what, double time, double floor, const char* floorName)
{
    std::printf("%-44s %10.0f us   %6.2f x %s (%.0f us)\n", what, time, time / floor, floorName, floor);
}

double multiplication() // one scalar multiplication on brainpoolP256r1, plain OpenSSL
{
    const auto curve = Curve::brainpoolP256r1();
    const ossl::Point point(EC_POINT_new(curve.group()));
    const ossl::Bignum scalar(BN_new());
    BN_rand_range(scalar.get(), EC_GROUP_get0_order(curve.group()));
    return median(200, [&] { EC_POINT_mul(curve.group(), point.get(), nullptr, EC_GROUP_get0_generator(curve.group()), scalar.get(), nullptr); });
}

void pace(double one)
{
    CardBench bench;
    bench.run(bench.eid->recognise());
    const auto time = median(50, [&] {
        if (!bench.run(bench.eid->pace(password(PasswordId::Can, "500540")))) std::abort();
    });
    row("PACE, terminal and simulated card", time, 10 * one, "10 EC multiplications"); // both ends: 2 key pairs, mapping point, G~, agreement
}

void eac(double one)
{
    CardBench bench;
    EacServer server(std::move(bench.chain), bench.random);
    const auto time = median(30, [&] {
        bench.eid.reset();
        bench.eid = bench.connect();
        bench.run(bench.eid->recognise());
        const auto channel = bench.run(bench.eid->pace(password(PasswordId::Pin, "123456", Chat::forTerminal(everyRight()))));
        const auto challenge = bench.run(bench.eid->challenge());
        if (!bench.run(bench.eid->authenticate(server.input(channel->idPicc, *challenge)))) std::abort();
    });
    // PACE 10, three signatures verified, one made, one chip authentication
    row("recognise + PACE + TA + CA, both ends", time, 15 * one, "15 EC multiplications");
}

void secureMessaging()
{
    const auto keys = [] { return card::SessionKeys{Secret("0123456789abcdef"), Secret("fedcba9876543210")}; };
    card::SecureMessaging terminal(keys()), chip(keys());
    const card::CommandApdu read{0x00, 0xB0, 0x84, 0x00, {}, 256};
    const card::ResponseApdu answer{Bytes(200, 0x42), 0x9000};
    const Secret key("0123456789abcdef");
    const Bytes iv(16), data(208, 0x42);
    const auto floor = median(500, [&] {
        for (int i = 0; i < 20; ++i)
            (void)aesCbcEncrypt(key, iv, data), (void)aesCbcDecrypt(key, iv, data), (void)aesCmac(key, {data}), (void)aesCmac(key, {data}),
                (void)aesCmac(key, {iv}), (void)aesCmac(key, {iv});
    });
    const auto time = median(500, [&] {
        for (int i = 0; i < 20; ++i)
        {
            const auto opened = chip.open(terminal.protect(read));
            if (!opened || !terminal.open(chip.protect(answer))) std::abort();
        }
    });
    row("20 READ BINARY through secure messaging", time, floor, "AES-CBC and CMAC alone");
}

void login(double one)
{
    SystemRandom random;
    network::QtScheduler scheduler;
    const ManualClock clock(scheduler, dateOf(std::chrono::system_clock::now()));
    const auto lab = labFor(random, clock);
    const auto card = cardFor(*lab);
    int connections = 0;
    const auto time = median(20, [&] {
        LoginBench bench(*lab, card, {});
        bench.begin<SelfAuthentication>(lab->selfAuthUrl());
        const auto end = bench.finish();
        if (!end || end->failure) std::abort();
    });
    connections = lab->counters(lab::Server::EService).connections + lab->counters(lab::Server::EidServer).connections;
    row("whole self-authentication, client + lab + card", time, one, "EC multiplication");
    std::printf("    TLS connections per login: %.1f, PAOS messages: %zu\n", connections / 21.0, lab->lastSession()->received.size());
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const auto one = multiplication();
    std::printf("floor: one EC multiplication on brainpoolP256r1: %.0f us\n", one);
    pace(one);
    eac(one);
    secureMessaging();
    login(one);
}
