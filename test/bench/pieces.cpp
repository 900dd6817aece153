#include "bench/pieces.h"

#include <cstdlib>

#include "bench/measure.h"
#include "support/card_bench.h"
#include "support/eac_server.h"

namespace eidkern::bench
{

using namespace eidkern::test;

static double pace()
{
    CardBench bench;
    bench.run(bench.eid->recognise());
    return cpuOf(50, [&] {
        if (!bench.run(bench.eid->pace(password(PasswordId::Can, "500540")))) std::abort();
    });
}

static double eac()
{
    CardBench bench;
    EacServer server(std::move(bench.chain), bench.random);
    return cpuOf(30, [&] {
        bench.eid.reset();
        bench.eid = bench.connect();
        bench.run(bench.eid->recognise());
        const auto channel = bench.run(bench.eid->pace(password(PasswordId::Pin, "123456", Chat::forTerminal(everyRight()))));
        const auto challenge = bench.run(bench.eid->challenge());
        if (!bench.run(bench.eid->authenticate(server.input(channel->idPicc, *challenge)))) std::abort();
    });
}

static Row secureMessaging()
{
    const auto keys = [] { return card::SessionKeys{Secret("0123456789abcdef"), Secret("fedcba9876543210")}; };
    card::SecureMessaging terminal(keys()), chip(keys());
    const card::CommandApdu read{0x00, 0xB0, 0x84, 0x00, {}, 256};
    const card::ResponseApdu answer{Bytes(200, 0x42), 0x9000};
    const Secret key("0123456789abcdef");
    const Bytes iv(16), data(208, 0x42);
    const auto floor = cpuOf(300, [&] {
        for (int i = 0; i < 20; ++i)
            (void)aesCbcEncrypt(key, iv, data), (void)aesCbcDecrypt(key, iv, data), (void)aesCmac(key, {data}), (void)aesCmac(key, {data}),
                (void)aesCmac(key, {iv}), (void)aesCmac(key, {iv});
    });
    const auto time = cpuOf(300, [&] {
        for (int i = 0; i < 20; ++i)
        {
            const auto opened = chip.open(terminal.protect(read));
            if (!opened || !terminal.open(chip.protect(answer))) std::abort();
        }
    });
    return {"20 READ BINARY in secure messaging, both ends", time, "us", Floor{"our AES and CMAC alone", floor}, {}};
}

void pieces(const Report& report, double multiplication, double verification)
{
    report.section("The card's protocols, both ends in one thread (CPU)");
    report({"PACE", pace(), "us", Floor{"10 multiplications", 10 * multiplication}, {}});
    // Here the server's ends are ours too: its signature is about one multiplication.
    report({"recognition, PACE, TA and CA", eac(), "us", Floor{"12 multiplications, 3 verifications", 12 * multiplication + 3 * verification}, {}});
    report(secureMessaging());
}

} // namespace eidkern::bench
