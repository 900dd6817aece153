/* The C API, from C, in a program without Qt: this file must stay C99. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eidkern/eidkern.h"

#define QUIET "\"pcscReaders\":false"

static void check(int good, const char *what, int line)
{
    if (good) return;
    printf("%s:%d: %s\n", __FILE__, line, what);
    exit(1);
}
#define CHECK(condition) check((condition), #condition, __LINE__)

/* What an engine has said, line by line. */
struct ear
{
    pthread_mutex_t mutex;
    pthread_cond_t more;
    char said[262144];
    int count;
    eidkern_engine *engine;
    void (*then)(struct ear *, const char *);
};

static void hear(void *context, const char *message)
{
    struct ear *ear = context;
    pthread_mutex_lock(&ear->mutex);
    CHECK(strlen(ear->said) + strlen(message) + 2 < sizeof ear->said);
    strcat(strcat(ear->said, message), "\n");
    ++ear->count;
    pthread_cond_signal(&ear->more);
    pthread_mutex_unlock(&ear->mutex);
    if (ear->then) ear->then(ear, message);
}

static void open_ear(struct ear *ear)
{
    memset(ear, 0, sizeof *ear);
    pthread_mutex_init(&ear->mutex, NULL);
    pthread_cond_init(&ear->more, NULL);
}

static eidkern_engine *engine_for(struct ear *ear)
{
    char why[200] = "";
    ear->engine = eidkern_new("{" QUIET "}", hear, ear, why, sizeof why);
    check(ear->engine != NULL, why, __LINE__);
    return ear->engine;
}

/* CTest's limit counts. */
static void wait_for(struct ear *ear, const char *text)
{
    pthread_mutex_lock(&ear->mutex);
    while (!strstr(ear->said, text)) pthread_cond_wait(&ear->more, &ear->mutex);
    pthread_mutex_unlock(&ear->mutex);
}

static void nothing_is_allowed(void)
{
    struct ear ear;
    eidkern_free(NULL);
    CHECK(eidkern_send(NULL, "{}") == EIDKERN_NULL);
    CHECK(eidkern_new(NULL, NULL, NULL, NULL, 0) == NULL);
    open_ear(&ear);
    engine_for(&ear);
    CHECK(eidkern_send(ear.engine, NULL) == EIDKERN_NULL);
    eidkern_free(ear.engine);
}

static void settings_are_checked(void)
{
    static const char *const refused[][2] = {
        {"no JSON", "JSON"},
        {"[]", "JSON"},
        {"{\"simulater\":true}", "simulater"},
        {"{\"simulator\":1}", "simulator"},
        {"{\"multi\":null}", "multi"},
        {"{\"persona\":\"nobody\"}", "persona"},
        {"{\"tlsProfile\":\"best\"}", "tlsProfile"},
        {"{\"trustAnchors\":\"file\"}", "trustAnchors"},
        {"{\"testTrustAnchors\":[\"/no/such/file\"]}", "/no/such/file"},
        {"{\"testTrustAnchors\":[\"/etc/hostname\"]}", "7F21"},
        {"{\"trustStore\":true}", "trustStore"},
        {"{\"trustStore\":\"/etc/hostname\"}", "/etc/hostname"},
        {"{\"proxy\":{\"host\":\"proxy.example\"}}", "port"},
        {"{\"proxy\":{\"host\":\"proxy.example\",\"port\":3128,\"pass\":\"x\"}}", "pass"},
        {"{\"logFile\":\"/no/such/folder/log\"}", "/no/such/folder/log"},
        {"{\"graceSeconds\":61}", "graceSeconds"},
        {"{\"graceSeconds\":-1}", "graceSeconds"},
    };
    char why[200];
    for (size_t i = 0; i < sizeof refused / sizeof *refused; ++i)
    {
        why[0] = 0;
        CHECK(eidkern_new(refused[i][0], hear, NULL, why, sizeof why) == NULL);
        check(strstr(why, refused[i][1]) != NULL, why, __LINE__);
        CHECK(eidkern_new(refused[i][0], hear, NULL, NULL, 0) == NULL);
    }
    memset(why, 'x', sizeof why);
    CHECK(eidkern_new("[]", hear, NULL, why, 4) == NULL);
    CHECK(strlen(why) == 3 && why[4] == 'x');

    struct ear ear;
    open_ear(&ear);
    ear.engine = eidkern_new("{\"simulator\":false,\"basicReader\":true,\"persona\":\"minor\"," QUIET ",\"multi\":false,\"tlsProfile\":\"conformance\","
                             "\"proxy\":{\"host\":\"proxy.example\",\"port\":3128,\"user\":\"u\",\"password\":\"p\"},\"graceSeconds\":1,\"trustAnchors\":[]}",
                             hear, &ear, NULL, 0);
    CHECK(ear.engine != NULL);
    eidkern_send(ear.engine, "{\"cmd\":\"GET_READER_LIST\"}");
    wait_for(&ear, "READER_LIST");
    CHECK(strstr(ear.said, "Simulator") == NULL);
    eidkern_free(ear.engine);
}

static void lengths_are_bounded(void)
{
    struct ear ear;
    char *text = malloc(EIDKERN_LONGEST + 2);
    memset(text, ' ', EIDKERN_LONGEST + 1);
    text[EIDKERN_LONGEST + 1] = 0;
    CHECK(eidkern_new(text, hear, NULL, NULL, 0) == NULL);
    open_ear(&ear);
    engine_for(&ear);
    CHECK(eidkern_send(ear.engine, text) == EIDKERN_TOO_LONG);
    text[EIDKERN_LONGEST] = 0;
    CHECK(eidkern_send(ear.engine, text) == EIDKERN_TAKEN);
    wait_for(&ear, "\"msg\":\"INVALID\"");
    eidkern_free(ear.engine);
    free(text);
}

static sem_t held, released;

static void hold(struct ear *ear, const char *message)
{
    if (!strstr(message, "\"msg\":\"INFO\"")) return;
    ear->then = NULL;
    sem_post(&held);
    sem_wait(&released);
}

static void a_callback_that_does_not_return_fills_the_queue(void)
{
    struct ear ear;
    open_ear(&ear);
    ear.then = hold;
    engine_for(&ear);
    eidkern_send(ear.engine, "{\"cmd\":\"GET_INFO\"}");
    sem_wait(&held);
    for (int i = 0; i < EIDKERN_MOST - 1; ++i) CHECK(eidkern_send(ear.engine, "{\"cmd\":\"SET_API_LEVEL\"}") == EIDKERN_TAKEN);
    CHECK(eidkern_send(ear.engine, "{\"cmd\":\"GET_API_LEVEL\",\"request\":\"the last one\"}") == EIDKERN_TAKEN);
    CHECK(eidkern_send(ear.engine, "{\"cmd\":\"GET_API_LEVEL\"}") == EIDKERN_FULL);
    ear.said[0] = 0;
    sem_post(&released);
    eidkern_free(ear.engine); /* what waits is carried out before the end */
    CHECK(strstr(ear.said, "the last one") != NULL);
}

static void two_engines_do_not_see_each_other(void)
{
    struct ear one, two;
    open_ear(&one);
    open_ear(&two);
    engine_for(&one);
    engine_for(&two);
    eidkern_send(one.engine, "{\"cmd\":\"SET_API_LEVEL\",\"level\":1}");
    wait_for(&one, "\"current\":1");
    eidkern_send(two.engine, "{\"cmd\":\"GET_API_LEVEL\"}");
    wait_for(&two, "\"current\":3");
    eidkern_free(one.engine);
    eidkern_send(two.engine, "{\"cmd\":\"GET_INFO\"}");
    wait_for(&two, "\"msg\":\"INFO\"");
    eidkern_free(two.engine);
    CHECK(strstr(one.said, "\"msg\":\"INFO\"") == NULL && strstr(two.said, "\"current\":1") == NULL);
}

static void ask_for_more(struct ear *ear, const char *message)
{
    if (strstr(message, "\"msg\":\"INFO\"")) CHECK(eidkern_send(ear->engine, "{\"cmd\":\"GET_STATUS\"}") == EIDKERN_TAKEN);
}

static void sending_from_inside_the_callback(void)
{
    struct ear ear;
    open_ear(&ear);
    ear.then = ask_for_more;
    engine_for(&ear);
    eidkern_send(ear.engine, "{\"cmd\":\"GET_INFO\"}");
    wait_for(&ear, "\"msg\":\"STATUS\"");
    eidkern_free(ear.engine);
}

static void free_it(struct ear *ear, const char *message)
{
    if (!strstr(message, "\"msg\":\"INFO\"")) return;
    ear->then = NULL;
    sem_wait(&held); /* more commands wait by now */
    eidkern_free(ear->engine);
    sem_post(&released);
}

static void freeing_from_inside_the_callback(void)
{
    struct ear ear;
    open_ear(&ear);
    ear.then = free_it;
    engine_for(&ear);
    for (int i = 0; i < 20; ++i) CHECK(eidkern_send(ear.engine, "{\"cmd\":\"GET_INFO\"}") == EIDKERN_TAKEN);
    sem_post(&held);
    sem_wait(&released);
    const char *first = strstr(ear.said, "\"msg\":\"INFO\"");
    two_engines_do_not_see_each_other(); /* the process goes on, and the other threads had their time */
    CHECK(first != NULL && strstr(first + 1, "\"msg\":\"INFO\"") == NULL);
}

int main(void)
{
    sem_init(&held, 0, 0);
    sem_init(&released, 0, 0);
    CHECK(strchr(eidkern_version(), '.') != NULL);
    nothing_is_allowed();
    settings_are_checked();
    lengths_are_bounded();
    a_callback_that_does_not_return_fills_the_queue();
    two_engines_do_not_see_each_other();
    sending_from_inside_the_callback();
    freeing_from_inside_the_callback();
    puts("all good");
    return 0;
}
