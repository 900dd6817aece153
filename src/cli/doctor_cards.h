// What the doctor looks at around PC/SC: service, readers, card.
#pragma once
#include <QElapsedTimer>
#include <QEventLoop>
#include <vector>

#include "cli/doctor.h"
#include "eidkern/pcsc_survey.h"

namespace eidkern::cli
{

class CardChecks
{
public:
    CardChecks(); // the survey begins, in a thread of its own
    std::vector<Check> finish(Language language); // at most a second after the beginning, and one more for a card

private:
    PcscSurvey seen_;
    QElapsedTimer since_;
    QEventLoop loop_;
    PcscSurveyor surveyor_;
};

} // namespace eidkern::cli
