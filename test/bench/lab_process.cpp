#include "bench/lab_process.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <cstdio>
#include <ctime>

#include "bench/measure.h"

namespace eidkern::bench
{

LabProcess::LabProcess()
{
    process_.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process_.start(EIDKERN_CLI, {"lab", "--json", "--pki", folder_.filePath("pki")});
    while (!process_.canReadLine() && process_.waitForReadyRead()) {}
    const auto said = QJsonDocument::fromJson(process_.readLine()).object();
    tcTokenUrl_ = said["tcTokenUrl"].toString().toStdString();
    selfAuthUrl_ = said["selfAuthUrl"].toString().toStdString();
    cvcaFile_ = said["cvca"].toString().toStdString();
    if (!selfAuthUrl_.empty()) return;
    std::fprintf(stderr, "bench: the lab does not start\n");
    std::exit(1);
}

LabProcess::~LabProcess()
{
    process_.terminate();
    process_.waitForFinished();
}

TrustAnchor LabProcess::anchor() const
{
    QFile file(QString::fromStdString(cvcaFile_));
    (void)file.open(QIODevice::ReadOnly);
    const auto bytes = file.readAll();
    return TrustAnchor::parse({reinterpret_cast<const std::uint8_t*>(bytes.constData()), std::size_t(bytes.size())}).value();
}

double LabProcess::cpuNow() const
{
    clockid_t clock{};
    return ::clock_getcpuclockid(pid_t(process_.processId()), &clock) == 0 ? microseconds(clock) : 0;
}

double LabProcess::waited() const { return waitedForProcessor(std::to_string(process_.processId())); }

} // namespace eidkern::bench
