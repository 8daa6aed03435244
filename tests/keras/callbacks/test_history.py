from matplotlib import pyplot

from keratin import keras


def test_figures_by_name():
    history = keras.callbacks.History()
    for _ in range(2):
        history.on_train_begin()
        history.on_epoch_end(0, {"loss": 1.0})
        history.on_epoch_end(1, {"loss": 0.5, "val_loss": 2.0})
    assert history.epoch == [0, 1]
    assert history.history == {"loss": [1.0, 0.5, 1.0, 0.5], "val_loss": [2.0, 2.0]}


def test_it_is_the_history_of_the_model():
    class Model:
        history = None

    model = Model()
    history = keras.callbacks.History()
    history.set_model(model)
    history.on_epoch_end(0, {})
    assert model.history is history


def test_it_plots():
    history = keras.callbacks.History()
    history.on_epoch_end(0, {"loss": 1.0})
    figure = history.plot("loss", columns=1)
    assert [each.get_title() for each in figure.axes] == ["loss"]
    pyplot.close(figure)
