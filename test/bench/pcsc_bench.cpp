// Figures of PC/SC, with a real pcscd and a virtual reader that tells of insertions at once: what a login through them costs more
// than one on the simulated reader, how soon an insertion is told, and what watching readers costs while nothing happens.
#include <QCoreApplication>
#include <QEventLoop>
#include <QTimer>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string_view>
#include <sys/resource.h>
#include <vector>

#include "e2e/daemon.h"
#include "eidkern/engine.h"
#include "eidkern/lab.h"
#include "eidkern/readers.h"
#include "eidkern/vpcd_card.h"

using namespace eidkern;
using namespace std::chrono_literals;
using Milliseconds = std::chrono::duration<double, std::milli>;

namespace
{

constexpr int rounds = 21;

double median(std::vector<double> times)
{
    std::ranges::nth_element(times, times.begin() + std::ptrdiff_t(times.size() / 2));
    return times[times.size() / 2];
}

template<typename Done>
void until(const Done& done)
{
    while (!done()) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
}

double login(const PublicLab& lab, EngineSettings settings, std::string_view pin) // ms
{
    const auto begin = std::chrono::steady_clock::now();
    bool over = false;
    Engine engine(std::move(settings));
    engine.selfAuthenticate(lab.selfAuthUrl(), [&](Event& event) {
        if (const auto* rights = std::get_if<RightsAsked>(&event)) engine.grant(rights->id, rights->optional);
        if (const auto* password = std::get_if<PasswordAsked>(&event)) engine.enter(password->id, Secret(pin));
        if (const auto* end = std::get_if<WorkflowFinished>(&event))
        {
            if (end->failure) qFatal("a login has failed");
            over = true;
        }
    });
    until([&] { return over; });
    return Milliseconds(std::chrono::steady_clock::now() - begin).count();
}

void logins(const SimulatedCard& chip, const PublicLab& lab, const std::vector<TrustAnchor>& anchors, const std::string& reader)
{
    std::vector<double> inProcess, throughPcsc; // in turn, so that both see the same machine
    for (int i = 0; i < rounds; ++i)
    {
        inProcess.push_back(login(lab, {.trustAnchors = anchors, .cards = {chip}, .log = {}}, chip.pin()));
        bool on = false;
        const auto card = VpcdCard::offer(chip, reader, [&on](bool now) { on = now; });
        until([&] { return on; });
        throughPcsc.push_back(login(lab, {.trustAnchors = anchors, .cards = {}, .log = {}, .pcscReaders = true}, chip.pin()));
    }
    std::printf("whole self-authentication through pcscd           %8.1f ms   %6.2f x simulated reader (%.1f ms)\n", median(throughPcsc),
                median(throughPcsc) / median(inProcess), median(inProcess));
}

void insertions(const SimulatedCard& chip, const std::string& reader)
{
    bool card = false;
    const ReaderWatch watch([&card](const ReaderList& list) { card = std::ranges::any_of(list.readers, &Reader::card); });
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i)
    {
        const auto begin = std::chrono::steady_clock::now();
        auto offered = VpcdCard::offer(chip, reader);
        until([&] { return card; });
        times.push_back(Milliseconds(std::chrono::steady_clock::now() - begin).count());
        offered.reset();
        until([&] { return !card; });
    }
    std::printf("card put on the reader -> event                   %8.2f ms   (median of %d; slowest %.2f)\n", median(times), rounds, std::ranges::max(times));
}

double processorTime() // ms, of this process
{
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto ms = [](const timeval& time) { return double(time.tv_sec) * 1000 + double(time.tv_usec) / 1000; };
    return ms(used.ru_utime) + ms(used.ru_stime);
}

void idle()
{
    bool told = false;
    const ReaderWatch watch([&told](const ReaderList&) { told = true; });
    until([&] { return told; });
    const double before = processorTime();
    QEventLoop loop;
    QTimer::singleShot(60s, &loop, &QEventLoop::quit);
    loop.exec();
    std::printf("watching a reader for 60 s, processor time         %8.1f ms   (aim: < 20)\n", processorTime() - before);
}

} // namespace

int main(int argc, char** argv)
{
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    if (test::Daemon::program().isEmpty())
    {
        std::printf("not run: pcscd is not installed\n");
        return 0;
    }
    QCoreApplication application(argc, argv);
    test::Daemon daemon;
    const auto reader = daemon.path("card");
    daemon.addReader("Virtual Reader", "v:unix=" + reader + ":events=1", daemon.path("libifd_virtual.so"));
    if (!daemon.start()) qFatal("pcscd does not start: %s", daemon.log().constData());
    {
        const auto lab = PublicLab::start({}).value();
        const std::vector anchors{TrustAnchor::parse(lab->cvca()).value()};
        const auto chip = SimulatedCard::fromPersona(SimulatedCard::builtInPersona("adult"), anchors).value();
        logins(chip, *lab, anchors, reader.toStdString());
        insertions(chip, reader.toStdString());
    }
    idle();
    return finishPcsc(1s) ? 0 : (std::_Exit(0), 0);
}
