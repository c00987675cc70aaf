package io.perennial.models.learn;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Models that score together: the weighted sum of their scores. */
final class Blend implements TrainedModel {

    private static final String KIND = "PBLD";
    private static final int VERSION = 1;

    private final List<Member> members;

    /**
     * One of them.
     *
     * @param learner by whom it was trained
     * @param weight of its scores; those of a blend add up to 1
     */
    record Member(String learner, double weight, TrainedModel model) {}

    Blend(List<Member> members) {
        if (members.isEmpty()) {
            throw new IllegalArgumentException("A blend of nothing");
        }
        this.members = List.copyOf(members);
    }

    /** By whom they were trained: the name of the learner, or {@link Model#BLEND} when there are several. */
    String learner() {
        return members.stream()
                .map(Member::learner)
                .distinct()
                .reduce((a, b) -> Model.BLEND)
                .orElseThrow();
    }

    @Override
    public float[] score(Rows rows) {
        return sum(members.stream().map(member -> member.model().score(rows)).toList());
    }

    /** The weighted sum of the members' contributions. */
    @Override
    public float[] explain(Rows rows) {
        return sum(members.stream().map(member -> member.model().explain(rows)).toList());
    }

    /** The members of each, side by side. */
    @Override
    public float[] memberScores(Rows rows) {
        var parts = members.stream()
                .map(member -> member.model().memberScores(rows))
                .toList();
        var all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        var at = 0;
        for (var row = 0; row < rows.count(); row++) {
            for (var part : parts) {
                var width = part.length / rows.count();
                System.arraycopy(part, row * width, all, at, width);
                at += width;
            }
        }
        return all;
    }

    private float[] sum(List<float[]> parts) {
        var sum = new float[parts.get(0).length];
        for (var m = 0; m < parts.size(); m++) {
            var weight = members.get(m).weight();
            var part = parts.get(m);
            for (var i = 0; i < sum.length; i++) {
                sum[i] += (float) (weight * part[i]);
            }
        }
        return sum;
    }

    @Override
    public byte[] toBytes() {
        return Artifact.write(KIND, VERSION, this::write);
    }

    private void write(DataOutputStream out) throws IOException {
        out.writeInt(members.size());
        for (var member : members) {
            out.writeUTF(member.learner());
            out.writeDouble(member.weight());
            Artifact.writeBytes(out, member.model().toBytes());
        }
    }

    /**
     * The blend that {@link #toBytes} wrote. Fails with an {@link IllegalArgumentException} on anything else, and when a
     * member's learner is missing.
     */
    static Blend read(Task task, byte[] bytes, List<Learner> learners) {
        return Artifact.read(bytes, KIND, VERSION, in -> {
            var members = new ArrayList<Member>();
            try {
                for (var remaining = in.readInt(); remaining > 0; remaining--) {
                    members.add(readMember(task, in, learners));
                }
                return new Blend(members);
            } catch (IOException | RuntimeException e) {
                members.forEach(member -> member.model().close());
                throw e;
            }
        });
    }

    private static Member readMember(Task task, DataInputStream in, List<Learner> learners) throws IOException {
        var name = in.readUTF();
        var weight = in.readDouble();
        var bytes = Artifact.readBytes(in);
        var learner = learners.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Nothing here can read a model of " + name));
        return new Member(name, weight, learner.load(task, bytes));
    }

    @Override
    public void close() {
        members.forEach(member -> member.model().close());
    }
}
