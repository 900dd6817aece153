// Why does it not work: what a login needs of this machine, looked at one by one. Nothing is changed, no PIN is used, nothing
// leaves this machine, and every look has a time limit.
#pragma once
#include <QJsonObject>
#include <string>
#include <vector>

#include "cli/exit_codes.h"
#include "cli/home.h"
#include "cli/texts.h"
#include "eidkern/activation.h"

namespace eidkern::cli
{

enum class Health { Good, Warning, Failed };

struct Check
{
    std::string id;    // stable, for programs
    std::string label; // for people, like the texts below, in the chosen language
    Health health = Health::Good;
    std::string says;      // what was found
    std::string next = {}; // what to do about it; empty: nothing
    ExitCode area = ExitCode::Client; // the exit code if this failed
    QJsonObject facts = {};           // for programs
};

struct DoctorOptions
{
    std::string trustStore = usualTrustStore();
    std::uint16_t port = ActivationServer::usualPort;
    Language language = Language::English;
};

std::vector<Check> examineMachine(const DoctorOptions& options); // needs the event loop of this thread; well below 1.5 s on an idle machine

QJsonObject jsonOf(const std::vector<Check>& checks); // worst, exitCode, checks
ExitCode exitCodeOf(const std::vector<Check>& checks); // of the worst: of the first one that failed, else Warning or Success

// Its parts, with doctor_cards.h. Each has a time limit of its own.
std::vector<Check> tlsChecks(Language language);        // doctor_tls.cpp: curves, a login with each TLS profile
Check portCheck(std::uint16_t port, Language language); // doctor_machine.cpp, like those below
Check proxyCheck(Language language);
Check clockCheck(const std::vector<KeptCertificate>& kept, Language language);
Check trustCheck(const std::vector<KeptCertificate>& kept, Language language);
Check folderCheck(const std::string& trustStore, Language language);

} // namespace eidkern::cli
