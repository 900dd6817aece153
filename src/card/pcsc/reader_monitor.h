// Watches all readers with one context in one thread, without polling: tells the whole picture after every change. Survives
// pcscd being absent, late, killed and started again (tries again after 100 ms, growing to 2 s).
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace eidkern::card
{

struct ReaderState
{
    bool card = false, mute = false, exclusive = false, unavailable = false;
    unsigned insertion = 0; // of the card: each has a number of its own, also after a new start of pcscd; 0: no card
    bool operator==(const ReaderState&) const = default;
};

struct ReaderPicture
{
    bool service = false; // pcscd is there
    std::map<std::string, ReaderState> readers;
    bool operator==(const ReaderPicture&) const = default;
};

class ReaderMonitor
{
public:
    using Report = std::function<void(const ReaderPicture&)>; // on the monitor's thread; never after the destructor has begun to stop it

    explicit ReaderMonitor(Report report);
    ~ReaderMonitor(); // some milliseconds; half a second if pcscd hangs
    ReaderMonitor(const ReaderMonitor&) = delete;

private:
    class Watch;
    std::shared_ptr<Watch> watch_;
};

} // namespace eidkern::card
