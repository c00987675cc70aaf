package io.perennial.models.serve;

import ai.djl.engine.EngineException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.perennial.models.learn.Rows;
import io.perennial.models.serve.InferenceFailure.Reason;

/**
 * Scores batches with models that are its own. What a batch fails with is the answer to its jobs; only an {@link Error} that
 * is not about a missing library gets out, and ends the thread.
 */
final class Worker {

    private final PredictorCache predictors;
    private final InferenceMeters meters;

    Worker(PredictorCache predictors, InferenceMeters meters) {
        this.predictors = predictors;
        this.meters = meters;
    }

    /** Scores jobs of one version: rows, or one block. Those whose callers no longer wait are left out. */
    void score(List<Job> batch) {
        var waiting = new ArrayList<>(batch);
        waiting.removeIf(Job::isSettled);
        if (waiting.isEmpty()) {
            return;
        }
        waiting.forEach(Job::begin);
        try {
            scoreWaiting(waiting);
        } catch (LinkageError e) {
            fail(waiting, Reason.ENGINE_MISSING, e);
        } catch (Error e) {
            fail(waiting, Reason.WORKER_DIED, e);
            throw e;
        }
    }

    private void scoreWaiting(List<Job> waiting) {
        var predictor = load(waiting);
        if (predictor == null) {
            return;
        }
        var fitting = waiting.stream().filter(job -> fits(predictor, job)).toList();
        if (fitting.isEmpty()) {
            return;
        }
        try {
            answer(predictor, fitting);
        } catch (RuntimeException e) {
            predictors.drop(fitting.get(0).version());
            fail(fitting, Reason.MODEL_FAILED, e);
        }
    }

    /** The model, or null when it could not be loaded, which the jobs then know. */
    private Predictor load(List<Job> waiting) {
        var first = waiting.get(0);
        try {
            return predictors.get(first.version(), first.artifact());
        } catch (EngineException e) {
            fail(waiting, Reason.ENGINE_MISSING, e);
        } catch (RuntimeException e) {
            fail(waiting, Reason.UNREADABLE_ARTIFACT, e);
        }
        return null;
    }

    private static boolean fits(Predictor predictor, Job job) {
        var fits = job.kind().isGathered()
                ? job.row().length > 0 && job.row().length % predictor.schema().size() == 0
                : job.rows().schema().equals(predictor.schema());
        if (!fits) {
            job.breaker().undecided();
            job.fail(Reason.SCHEMA_CHANGED, null);
        }
        return fits;
    }

    private void answer(Predictor predictor, List<Job> jobs) {
        var first = jobs.get(0);
        var rows = first.kind().isGathered() ? gather(predictor, jobs) : first.rows();
        var start = System.nanoTime();
        var values = values(predictor, first.kind(), rows);
        meters.scored(first.kind(), rows.count(), System.nanoTime() - start);
        // Before anybody has the answer: who asks next because of it must find the circuit closed.
        if (!jobs.stream().allMatch(Job::isSettled)) {
            first.breaker().succeeded();
        }
        if (jobs.size() == 1) {
            first.complete(values);
            return;
        }
        var width = values.length / rows.count();
        var at = 0;
        for (var job : jobs) {
            var next = at + width * job.row().length / predictor.schema().size();
            job.complete(Arrays.copyOfRange(values, at, next));
            at = next;
        }
    }

    private static float[] values(Predictor predictor, Job.Kind kind, Rows rows) {
        return switch (kind) {
            case ROW, BLOCK -> predictor.predict(rows);
            case MEMBERS, MEMBERS_OF_BLOCK -> predictor.predictByMember(rows);
            case EXPLANATION -> predictor.explain(rows);
        };
    }

    private static Rows gather(Predictor predictor, List<Job> jobs) {
        var values = new float[jobs.stream().mapToInt(job -> job.row().length).sum()];
        var at = 0;
        for (var job : jobs) {
            System.arraycopy(job.row(), 0, values, at, job.row().length);
            at += job.row().length;
        }
        return new Rows(predictor.schema(), values.length / predictor.schema().size(), values);
    }

    /** A batch fails as one, however many wait for it. */
    private static void fail(List<Job> jobs, Reason reason, Throwable cause) {
        jobs.get(0).breaker().failed();
        jobs.forEach(job -> job.fail(reason, cause));
    }
}
