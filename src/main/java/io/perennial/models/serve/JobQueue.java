package io.perennial.models.serve;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.perennial.models.serve.InferenceFailure.Reason;

/**
 * Where jobs wait for a worker, and rows are gathered into batches of one model version. Versions take turns, so that the
 * many rows of one do not keep the few of another waiting. Blocks take long, so if there are two workers or more they leave
 * one to the rows.
 */
final class JobQueue {

    private final int maxBatchSize;
    private final long maxBatchDelay;
    private final int rowCapacity;
    private final int blockCapacity;
    private final int maxBlocksAtWork;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** The rows that wait, by what can be scored together, that whose turn it is first. */
    private final LinkedHashMap<Together, ArrayDeque<Job>> rows = new LinkedHashMap<>();

    private final ArrayDeque<Job> blocks = new ArrayDeque<>();
    private int rowsWaiting;
    private int idle;
    private int atWork;
    private int blocksAtWork;
    private boolean stopped;

    /** What jobs have to have in common to be scored together. */
    private record Together(ModelVersion version, Job.Kind kind) {

        static Together of(Job job) {
            return new Together(job.version(), job.kind());
        }
    }

    JobQueue(InferenceConfig config) {
        maxBatchSize = config.maxBatchSize();
        maxBatchDelay = config.maxBatchDelay().toNanos();
        rowCapacity = config.queueCapacity();
        blockCapacity = config.blockQueueCapacity();
        maxBlocksAtWork = Math.max(1, config.workers() - 1);
    }

    /** Jobs that wait. */
    int depth() {
        lock.lock();
        try {
            return rowsWaiting + blocks.size();
        } finally {
            lock.unlock();
        }
    }

    /** Adds a job, or says why not. */
    Reason add(Job job) {
        lock.lock();
        try {
            if (stopped) {
                return Reason.STOPPED;
            }
            return job.kind().isGathered() ? addRow(job) : addBlock(job);
        } finally {
            lock.unlock();
        }
    }

    private Reason addRow(Job job) {
        if (rowsWaiting == rowCapacity) {
            return Reason.QUEUE_FULL;
        }
        var gathered = rows.computeIfAbsent(Together.of(job), together -> new ArrayDeque<>());
        gathered.add(job);
        rowsWaiting++;
        // A worker that already waits for the others of a batch need not hear of each.
        if (gathered.size() == 1 || gathered.size() == maxBatchSize) {
            wakeOne();
        }
        return null;
    }

    private Reason addBlock(Job job) {
        if (blocks.size() == blockCapacity) {
            return Reason.QUEUE_FULL;
        }
        blocks.add(job);
        wakeOne();
        return null;
    }

    private void wakeOne() {
        if (idle > 0) {
            changed.signal();
        }
    }

    /** Waits for work. Yields jobs of one version, either rows or one block, or null when there will not be any. */
    List<Job> take() throws InterruptedException {
        lock.lock();
        try {
            var batch = next();
            while (batch == null && !stopped) {
                awaitChange();
                batch = next();
            }
            if (batch != null) {
                atWork++;
                passOn();
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void awaitChange() throws InterruptedException {
        idle++;
        try {
            var gathering = gatheringFor();
            if (gathering < 0) {
                changed.await();
            } else {
                changed.awaitNanos(gathering);
            }
        } finally {
            idle--;
        }
    }

    /** For how long rows may still be gathered, in nanoseconds; negative when there are none. */
    private long gatheringFor() {
        if (rows.isEmpty()) {
            return -1;
        }
        var now = System.nanoTime();
        return rows.values().stream()
                .mapToLong(gathered -> maxBatchDelay - (now - gathered.peek().waitingSince()))
                .map(left -> Math.max(0, left))
                .min()
                .orElse(-1);
    }

    private List<Job> next() {
        var block = blocksAtWork < maxBlocksAtWork ? blocks.peek() : null;
        var ready = ready();
        if (block != null
                && (ready == null
                        || block.waitingSince() - rows.get(ready).peek().waitingSince() < 0)) {
            blocksAtWork++;
            return List.of(blocks.poll());
        }
        return ready == null ? null : batch(ready);
    }

    /** The first version whose rows need not wait for more, if any. */
    private Together ready() {
        var now = System.nanoTime();
        for (var gathered : rows.entrySet()) {
            var waiting = gathered.getValue();
            if (atWork == 0
                    || waiting.size() >= maxBatchSize
                    || now - waiting.peek().waitingSince() >= maxBatchDelay) {
                return gathered.getKey();
            }
        }
        return null;
    }

    private List<Job> batch(Together together) {
        var waiting = rows.remove(together);
        var batch = new ArrayList<Job>(Math.min(maxBatchSize, waiting.size()));
        while (batch.size() < maxBatchSize && !waiting.isEmpty()) {
            batch.add(waiting.poll());
        }
        rowsWaiting -= batch.size();
        if (!waiting.isEmpty()) {
            rows.put(together, waiting);
        }
        return batch;
    }

    /** What is left may be for another worker that is idle. */
    private void passOn() {
        if (!rows.isEmpty() || (!blocks.isEmpty() && blocksAtWork < maxBlocksAtWork)) {
            wakeOne();
        }
    }

    /** A batch is off the worker's hands. */
    void done(List<Job> batch) {
        lock.lock();
        try {
            atWork--;
            if (!batch.get(0).kind().isGathered()) {
                blocksAtWork--;
                passOn();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more jobs, wakes all workers, and yields those that were still waiting. */
    List<Job> stop() {
        lock.lock();
        try {
            stopped = true;
            var left = new ArrayList<>(blocks);
            rows.values().forEach(left::addAll);
            blocks.clear();
            rows.clear();
            rowsWaiting = 0;
            changed.signalAll();
            return left;
        } finally {
            lock.unlock();
        }
    }
}
