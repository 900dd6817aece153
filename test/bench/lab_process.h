// The lab in a process of its own (`eidkern lab`), so that what this process spends is the client's.
#pragma once
#include <QProcess>
#include <QTemporaryDir>
#include <QUrl>
#include <memory>
#include <string>

#include "eidkern/cards.h"

namespace eidkern::bench
{

class LabProcess
{
public:
    LabProcess(); // ends the program if the lab does not start
    ~LabProcess();

    const std::string& tcTokenUrl() const { return tcTokenUrl_; }
    const std::string& selfAuthUrl() const { return selfAuthUrl_; }
    const std::string& cvcaFile() const { return cvcaFile_; }
    TrustAnchor anchor() const;
    double cpuNow() const; // microseconds that the lab has spent so far
    double waited() const; // see waitedForProcessor()

private:
    QTemporaryDir folder_;
    QProcess process_;
    std::string tcTokenUrl_, selfAuthUrl_, cvcaFile_;
};

} // namespace eidkern::bench
