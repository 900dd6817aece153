// How PC/SC is doing on this machine: the service, its readers and what their drivers say. Nothing is sent to a card. Like
// Engine: the handler is called from the Qt event loop of the thread that made the object, and destroying it ends it at once.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "eidkern/readers.h"

namespace eidkern
{

enum class PcscService {
    Answers,
    NoSocket,      // not installed, or not started
    NobodyListens, // it has ended and left its socket behind
    NotAllowed,    // this user may not use it
    Silent,        // it takes the connection and does not answer
    Foreign        // it refuses us: another version of the protocol, or a rule (polkit)
};

struct SurveyedReader
{
    std::string name;
    std::uint32_t code = 0;            // why the driver could not be asked, as on Windows: see scardText(); 0: it could
    std::string vendor, driverVersion; // as the driver says; empty: it does not
    bool card = false, mute = false, exclusive = false;
    ReaderFeatures features = {};
};

struct PcscSurvey
{
    PcscService service = PcscService::NoSocket;
    std::string socket;                      // where it is looked for
    int protocolMajor = 0, protocolMinor = 0; // of the service, if it answers
    std::uint32_t code = 0;                  // of PC/SC, if it is Foreign
    std::vector<SurveyedReader> readers;
    bool complete = false;
};

class EIDKERN_API PcscSurveyor
{
public:
    // Told after the service was asked (within a second), after each reader, and when all is known. A reader that another program
    // holds in a transaction keeps it waiting: whoever does not want to wait takes what was told until then.
    explicit PcscSurveyor(std::function<void(const PcscSurvey&)> handler);
    ~PcscSurveyor();
    PcscSurveyor(const PcscSurveyor&) = delete;

private:
    class EIDKERN_LOCAL Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace eidkern
