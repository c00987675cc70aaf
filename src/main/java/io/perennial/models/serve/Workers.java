package io.perennial.models.serve;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

import io.perennial.models.serve.InferenceFailure.Reason;

/** The threads that score. There are always as many as configured: one that dies is replaced by a new one. */
final class Workers {

    private static final Logger LOG = Logger.getLogger(Workers.class);

    /** What a stopping service waits for a batch that is being scored. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final InferenceConfig config;
    private final JobQueue queue;
    private final Predictor.Loader loader;
    private final InferenceMeters meters;
    private final AtomicInteger started = new AtomicInteger();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    Workers(InferenceConfig config, JobQueue queue, Predictor.Loader loader, InferenceMeters meters) {
        this.config = config;
        this.queue = queue;
        this.loader = loader;
        this.meters = meters;
        for (var i = 0; i < config.workers(); i++) {
            start();
        }
    }

    private void start() {
        var thread = new Thread(this::work, "inference-" + started.getAndIncrement());
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void work() {
        try (var predictors = new PredictorCache(loader, config.modelsPerWorker())) {
            var worker = new Worker(predictors, meters);
            for (var batch = queue.take(); batch != null; batch = queue.take()) {
                work(worker, batch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            LOG.errorf(
                    e, "Worker %s died and is replaced", Thread.currentThread().getName());
        } finally {
            threads.remove(Thread.currentThread());
            replace();
        }
    }

    private void work(Worker worker, List<Job> batch) {
        try {
            worker.score(batch);
        } finally {
            queue.done(batch);
        }
    }

    private void replace() {
        if (!stopped) {
            meters.workerReplaced();
            start();
        }
    }

    /** Fails the jobs that wait, and waits for those that are being worked on. */
    void stop() {
        stopped = true;
        queue.stop().forEach(job -> job.fail(Reason.STOPPED, null));
        for (var thread : threads) {
            join(thread);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
