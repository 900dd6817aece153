// The checks that look at this machine alone: port, proxy, clock, trust store, folders.
#include <QDateTime>
#include <QJsonArray>
#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cli/failure_text.h"
#include "cli/printable.h"
#include "cli/proxy_option.h"
#include "cli/trust_import.h"
#include "eidkern/port_owner.h"

namespace eidkern::cli
{

namespace
{

std::string dayOf(const QDateTime& moment) { return moment.toUTC().date().toString(Qt::ISODate).toStdString(); }

std::string importCommand(const char* which) { return std::string("eidkern trust import FILE --") + which; }

} // namespace

Check portCheck(std::uint16_t port, Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    Check check{.id = "port", .label = in({"Port ", "Port "}) + std::to_string(port), .says = in({"frei", "free"}), .area = ExitCode::Port};
    check.facts.insert(u"port", port);
    const auto owner = portOwner(port);
    check.facts.insert(u"free", !owner);
    if (!owner) return check;
    check.health = Health::Warning;
    check.says = in({"belegt von ", "taken by "})
               + (owner->name.empty() ? in({"einem Programm, das keinen Status sagt", "a program that tells no status"})
                                      : printableLine(owner->name + " " + owner->version));
    if (owner->process) check.says += " (" + printableLine(owner->command) + ", PID " + std::to_string(*owner->process) + ")";
    check.next = in({"Es nimmt die Anmeldungen aus dem Browser an. Für `eidkern serve` beenden Sie es zuerst.",
                     "It takes the logins of browsers. For `eidkern serve`, end it first."});
    check.facts.insert(u"program", q(owner->name));
    check.facts.insert(u"version", q(owner->version));
    check.facts.insert(u"process", qint64(owner->process.value_or(0)));
    check.facts.insert(u"command", q(owner->command));
    return check;
}

Check proxyCheck(Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    Check check{.id = "proxy", .label = "Proxy", .says = in({"keiner in der Umgebung", "none in the environment"}), .area = ExitCode::Network};
    const auto named = proxyOfEnvironment();
    if (named.empty()) return check;
    const auto proxy = parseProxy(named);
    if (proxy)
    {
        check.says = in({"aus der Umgebung: ", "of the environment: "}) + printableLine(proxy->host) + ":" + std::to_string(proxy->port);
        check.facts.insert(u"host", q(proxy->host));
        check.facts.insert(u"portOfProxy", proxy->port);
        check.facts.insert(u"withPassword", !proxy->password.empty());
        return check;
    }
    check.health = Health::Failed;
    check.says = "https_proxy: " + proxy.error();
    check.next = in({"https_proxy richtigstellen, oder die Anmeldung mit --no-proxy ausführen", "correct https_proxy, or log in with --no-proxy"});
    return check;
}

// Without the network there are two witnesses: the date of the program's own file, and the certificates in the store.
Check clockCheck(const std::vector<KeptCertificate>& kept, Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    const auto now = QDateTime::currentDateTimeUtc();
    const auto today = dayOf(now);
    Check check{.id = "clock", .label = in({"Uhr", "Clock"}), .says = now.toString(Qt::ISODate).toStdString()};
    check.facts.insert(u"utc", q(check.says));
    struct stat program{};
    const auto built = ::stat("/proc/self/exe", &program) == 0 ? dayOf(QDateTime::fromSecsSinceEpoch(program.st_mtime)) : std::string();
    const auto advice = in({"Datum und Uhrzeit stellen (timedatectl); Zertifikate werden nach dieser Uhr beurteilt",
                            "set date and time (timedatectl); certificates are judged by this clock"});
    const auto trusted = trustedOf(kept);
    const auto before = [&today](const Trusted& each) { return today < each.certificate.effective; };
    if (today < built)
    {
        check.health = Health::Failed;
        check.says += in({", vor dem Tag, an dem dieses Programm gebaut wurde (", ", before the day on which this program was built ("}) + built + ")";
        check.next = advice;
    }
    else if (!trusted.empty() && std::ranges::all_of(trusted, before))
    {
        check.health = Health::Warning;
        check.says += in({", vor der Gültigkeit aller Vertrauensanker", ", before the validity of all trust anchors"});
        check.next = advice;
    }
    return check;
}

Check trustCheck(const std::vector<KeptCertificate>& kept, Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    Check check{.id = "trust", .label = in({"Vertrauensanker", "Trust anchors"}), .says = {}};
    const auto today = dayOf(QDateTime::currentDateTimeUtc());
    const auto trusted = trustedOf(kept);
    QJsonArray anchors;
    const auto count = [&](Pki pki) {
        return std::ranges::count_if(trusted, [&](const Trusted& each) { return each.pki == pki && each.certificate.expiration >= today; });
    };
    const auto named = [&](Pki pki) {
        std::string all;
        for (const auto& each : trusted)
            if (each.pki == pki)
                all.append(all.empty() ? "" : ", ")
                    .append(each.certificate.holder)
                    .append(" (")
                    .append(each.certificate.effective)
                    .append(" – ")
                    .append(each.certificate.expiration)
                    .append(each.certificate.expiration < today ? in({", abgelaufen)", ", expired)"}) : ")");
        return all.empty() ? in({"keiner", "none"}) : all;
    };
    for (const auto& each : trusted)
        anchors.append(QJsonObject{{QStringLiteral("holder"), q(each.certificate.holder)},
                                   {QStringLiteral("pki"), q(each.pki == Pki::Production ? "production" : "test")},
                                   {QStringLiteral("link"), each.certificate.isLink()},
                                   {QStringLiteral("effective"), q(each.certificate.effective)},
                                   {QStringLiteral("expiration"), q(each.certificate.expiration)}});
    const auto production = count(Pki::Production), test = count(Pki::Test);
    check.facts = {{QStringLiteral("production"), qint64(production)}, {QStringLiteral("test"), qint64(test)}, {QStringLiteral("anchors"), anchors}};
    check.says = in({"Produktion: ", "production: "}) + named(Pki::Production) + in({"; Test: ", "; test: "}) + named(Pki::Test);
    if (production > 0) return check;
    check.health = Health::Warning;
    check.says += in({"; Dienste für echte Ausweise werden nicht angenommen", "; services for genuine cards are not accepted"});
    check.next = importCommand("production");
    return check;
}

Check folderCheck(const std::string& trustStore, Language language)
{
    const auto in = [language](const Texts& texts) { return std::string(texts.in(language)); };
    Check check{.id = "folder", .label = in({"Ordner", "Folder"}), .says = trustStore};
    struct stat about{};
    if (trustStore.empty())
    {
        check.health = Health::Warning;
        check.says = in({"weder HOME noch XDG_DATA_HOME ist gesetzt: nichts wird behalten", "neither HOME nor XDG_DATA_HOME is set: nothing is kept"});
    }
    else if (::lstat(trustStore.c_str(), &about) != 0) check.says += in({" (noch nicht da)", " (not there yet)"});
    else if (!S_ISDIR(about.st_mode) || about.st_uid != ::geteuid() || (about.st_mode & 022) != 0)
    {
        check.health = Health::Failed;
        check.says += in(
            {": andere dürfen hineinschreiben, oder es ist kein eigener Ordner", ": others may write into it, or it is no folder of this user's own"});
        check.next = "chmod 700 " + trustStore;
    }
    return check;
}

} // namespace eidkern::cli
